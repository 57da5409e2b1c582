"""The suite of operation stores, on those that ship with pyqueue."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from secrets import token_hex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue.batch import DeadLetter
from pyqueue.storage.memory_operations import MemoryOperationStore
from pyqueue.testing import run_virtual
from pyqueue.write_queue import AsyncWriteQueue, Entry, StoreOperation, UpdateOperation
from tests.support import reproducible
from tests.write_queue.conformance import OperationStoreConformance, write
from tests.write_queue.support import FaultyOperationStore, one_by_one, some_operations


class TestMemoryOperationStore(OperationStoreConformance):
    def make_store(self):
        return MemoryOperationStore()

    async def test_what_a_reader_does_to_an_entry_changes_nothing_in_the_store(self):
        store = self.make_store()
        await store.apply(write(StoreOperation("a", "1", (), {"list": [1]})))
        (await store.get("a")).metadata["list"].append(2)
        assert (await store.get("a")).metadata == {"list": [1]}


class TestFaultyOperationStore(OperationStoreConformance):
    def make_store(self):
        return FaultyOperationStore()


@pytest.mark.cpython_only
class TestSQLiteOperationStoreInMemory(OperationStoreConformance):
    def make_store(self):
        from pyqueue.storage.sqlite_operations import SQLiteOperationStore

        return SQLiteOperationStore(":memory:")


@pytest.mark.cpython_only
class TestSQLiteOperationStoreInAFile(OperationStoreConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.path = tmp_path / "entries.sqlite"

    def make_store(self):
        from pyqueue.storage.sqlite_operations import SQLiteOperationStore

        return SQLiteOperationStore(self.path)


@pytest.mark.browser_only
class TestIndexedDBOperationStore(OperationStoreConformance):
    def make_store(self, name=None):
        from pyqueue.browser.operations import IndexedDBOperationStore

        return IndexedDBOperationStore(name or f"operations-{token_hex(8)}")

    async def test_two_tabs_that_change_one_entry_at_once_both_succeed(self):
        name = f"operations-{token_hex(8)}"
        first, second = self.make_store(name), self.make_store(name)
        await first.apply(write(StoreOperation("a", "1")))
        await asyncio.gather(
            first.apply(write(UpdateOperation("a", {"content": "2"}), session="x")),
            second.apply(write(UpdateOperation("a", {"tags": ["t"]}), session="y")),
        )
        found = await second.get("a")
        await first.close()
        await second.close()
        assert found == Entry("a", "2", ("t",))

    async def test_a_queue_writes_to_it_and_its_dead_letters_outlive_it(self):
        from pyqueue.browser import BrowserClock

        name = f"operations-{token_hex(8)}"
        async with AsyncWriteQueue(self.make_store(name), clock=BrowserClock()) as queue:
            for n in range(250):
                queue.vector(f"{n:03}", [n, 100.0], n)
            best = await queue.search([100.0, 100.0], 1)
        assert [match.label for match in best] == [100]
        store = self.make_store(name)
        letter = DeadLetter("a", "{}", 1, "retries", "Boom: x", 4, 0.0)
        await store.bury([letter, replace(letter, id="b")])
        await store.forget(["b", "unknown"])
        letters = await store.letters()
        await store.close()
        assert letters == [letter]


@pytest.mark.cpython_only
@settings(reproducible)
@given(st.lists(st.lists(some_operations, min_size=1, max_size=9), max_size=4), st.data())
def test_sqlite_and_memory_hold_the_same_as_one_by_one(batches, data):
    from pyqueue.storage.sqlite_operations import SQLiteOperationStore

    async def compare():
        sqlite, memory = SQLiteOperationStore(":memory:"), MemoryOperationStore()
        for batch in batches:
            both = write(*batch)
            await sqlite.apply(both)
            await memory.apply(both)
        expected = one_by_one([operation for batch in batches for operation in batch])
        wanted = data.draw(st.lists(st.integers(-9, 9), min_size=1, max_size=2))
        for id in "abc":
            assert await sqlite.get(id) == await memory.get(id) == expected.get(id)
        assert await sqlite.search(wanted, 2) == await memory.search(wanted, 2)

    run_virtual(compare())
