"""The SQLite stores, with their suites: what survives, what is shared, what a failure is called."""

from __future__ import annotations

import json
import sqlite3

import pytest

from pyqueue import SimpleFifoQueue, TraceQuery, TraceQueueProcessor
from pyqueue.batch import halves
from pyqueue.errors import StoreRejected, StoreUnavailable
from pyqueue.storage.sqlite import SQLiteStore
from pyqueue.storage.sqlite_operations import SQLiteOperationStore
from pyqueue.testing import FaultyStore, QueueConformance, StoreConformance
from pyqueue.testing.conformance.making import ids, make_batch, make_trace
from pyqueue.write_queue import Entry
from tests.support import make_queue
from tests.write_queue.support import make_queue as make_write_queue

pytestmark = pytest.mark.cpython_only


class TestSQLiteStoreInMemory(StoreConformance):
    def make_store(self):
        return SQLiteStore(":memory:")


class TestSQLiteStoreInAFile(StoreConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.path = tmp_path / "traces.sqlite"

    def make_store(self):
        return SQLiteStore(str(self.path))


def select(path, sql):
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


@pytest.mark.parametrize("kind", [TraceQueueProcessor, SimpleFifoQueue])
async def test_what_a_queue_wrote_is_there_after_the_process_is_gone(tmp_path, kind):
    path = tmp_path / "traces.sqlite"
    async with make_queue(SQLiteStore(path), kind) as queue:
        verdicts = [queue.enqueue({"name": "a", "attributes": {"n": n}}) for n in range(600)]
    store = SQLiteStore(path)
    found = await store.query(TraceQuery())
    await store.close()
    assert ids(found) == [verdict.id for verdict in verdicts]
    ((counters,),) = select(path, "SELECT counters FROM ledger")
    assert json.loads(counters)["written"] == 600


async def test_a_queue_with_lost_answers_stores_everything_once(tmp_path):
    faulty = FaultyStore(SQLiteStore(tmp_path / "traces.sqlite"))
    faulty.fail_next(2)
    faulty.lose_next_answer()
    async with make_queue(faulty) as queue:
        queue.enqueue({"name": "a"})
        await queue.flush()
        assert select(tmp_path / "traces.sqlite", "SELECT count(*) FROM segments") == [(1,)]


async def test_the_halves_of_a_batch_that_was_stored_are_not_stored_again():
    store = SQLiteStore(":memory:")
    batch = make_batch([make_trace(str(n)) for n in range(5)])
    await store.write(batch)
    for half in halves(batch, (2, 3)):
        half.account = batch.account
        await store.write(half)
    assert store._database.read("SELECT seqFirst, seqLast FROM segments") == [(1, 5)]


async def test_the_columns_and_indexes_are_those_of_indexeddb():
    store = SQLiteStore(":memory:")
    await store.open()
    columns = {row[1] for row in store._database.read("PRAGMA table_info(segments)")}
    assert columns >= {
        "session", "seqFirst", "seqLast", "priority", "mixed", "count", "bytes", "tMin", "tMax",
        "codec", "data",
    }  # fmt: skip
    indexes = {row[1] for row in store._database.read("PRAGMA index_list(segments)")}
    assert indexes == {
        "segments_order", "segments_priority", "segments_time", "segments_start",
        "segments_upkeep",
    }  # fmt: skip
    tables = {row[0] for row in store._database.read("SELECT name FROM sqlite_master")}
    assert tables >= {"segments", "ledger", "dead_letters", "meta", "segment_trace_ids"}


@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        ({"priority": 3}, "segments_priority"),
        ({"since": 5}, "segments_time"),
        ({"trace_id": "x"}, "SEARCH segment_trace_ids USING PRIMARY KEY"),
        ({}, "segments_order"),
        ({"order": "desc"}, "segments_time"),
        ({"order": "asc"}, "segments_start"),
    ],
    ids=str,
)
async def test_a_query_goes_by_an_index(conditions, index):
    from pyqueue.storage.sqlite import _candidates

    store = SQLiteStore(":memory:")
    sql, values = _candidates(TraceQuery(**conditions))
    steps = store._database.read(f"EXPLAIN QUERY PLAN {sql}", values)
    assert any(index in step[-1] for step in steps), steps


async def test_an_id_with_quotes_is_found():
    store = SQLiteStore(":memory:")
    await store.write(make_batch([make_trace('say "hi"\\'), make_trace("ü")]))
    assert ids(await store.query(TraceQuery(id='say "hi"\\'))) == ['say "hi"\\']
    assert ids(await store.query(TraceQuery(id="ü"))) == ["ü"]


async def test_the_newest_are_found_without_reading_everything():
    store = SQLiteStore(":memory:")
    for seq in range(1, 301):
        await store.write(make_batch([make_trace(str(seq), timestamp=float(seq))], seq=seq))
    read = []
    rows = store._rows
    store._rows = lambda keys: read.append(len(keys)) or rows(keys)
    assert ids(await store.query(TraceQuery(order="desc", limit=2))) == ["300", "299"]
    assert ids(await store.query(TraceQuery(limit=2))) == ["1", "2"]
    assert read == [1, 2, 1, 2]


async def test_both_stores_can_share_a_file_and_two_processes_can_share_it_too(tmp_path):
    path = tmp_path / "all.sqlite"
    traces, entries, others = SQLiteStore(path), SQLiteOperationStore(path), SQLiteStore(path)
    await traces.write(make_batch([make_trace("a")]))
    await others.write(make_batch([make_trace("b")], session="t"))
    async with make_write_queue(entries) as queue:
        queue.store("e", "1")
    assert ids(await traces.query(TraceQuery())) == ["a", "b"]
    assert await entries.get("e") == Entry("e", "1")
    for store in (traces, entries, others):
        await store.close()


async def test_a_lock_of_another_process_is_not_waited_for_but_tried_again(tmp_path):
    path = tmp_path / "all.sqlite"
    store = SQLiteOperationStore(path)
    async with make_write_queue(store) as queue:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        queue.store("a", "1")
        queue.store("b", "1", priority="critical")
        with pytest.raises(TimeoutError, match="database is locked"):
            await queue.wait_for_drain(0.5)
        other.execute("COMMIT")
        other.close()
        await queue.wait_for_drain(60)
        assert await store.get("a") == Entry("a", "1")


async def test_dead_letters_of_operations_outlive_the_process(tmp_path):
    class Picky(SQLiteOperationStore):
        async def apply(self, write):
            raise StoreRejected("no")

    async with make_write_queue(Picky(tmp_path / "a.sqlite"), max_retries=0) as queue:
        verdict = queue.vector("a", [1.0, 2.0], 3)
        await queue.wait_for_drain()
    async with make_write_queue(SQLiteOperationStore(tmp_path / "a.sqlite"), session="t") as queue:
        assert queue.dead_letters == ()
        (dead,) = await queue.list_dead_letters()
        assert (dead.id, dead.error) == (verdict.id, "StoreRejected: no")
        assert all(await queue.replay_dead_letters())
        assert (await queue.get("a")).label == 3
        assert await queue.list_dead_letters() == []


async def test_a_write_that_fails_midway_leaves_nothing_behind():
    store = SQLiteStore(":memory:")
    batch = make_batch([make_trace("a", 3)], [make_trace("b")])
    batch.account = {"session": "s", "updated": None}  # the table does not take it
    with pytest.raises(StoreRejected, match="IntegrityError: NOT NULL"):
        await store.write(batch)
    assert await store.query(TraceQuery()) == []


@pytest.mark.parametrize("kind", [SQLiteStore, SQLiteOperationStore])
async def test_a_file_that_can_not_be_used_is_named(tmp_path, kind):
    with pytest.raises(StoreUnavailable, match=r"no/file\.sqlite.*unable to open"):
        await kind(tmp_path / "no" / "file.sqlite").open()
    (tmp_path / "prose.txt").write_text("This is no database. " * 100)
    with pytest.raises(StoreUnavailable, match=r"prose\.txt.*not a database"):
        await kind(tmp_path / "prose.txt").open()


@pytest.mark.parametrize("kind", [SQLiteStore, SQLiteOperationStore])
@pytest.mark.parametrize(("path", "error"), [(None, TypeError), (3, TypeError), ("", ValueError)])
def test_a_path_that_makes_no_sense_is_named(kind, path, error):
    with pytest.raises(error, match="path must"):
        kind(path)


def test_a_repr_tells_the_path_and_the_state():
    assert repr(SQLiteStore("a.db")) == "<SQLiteStore 'a.db' closed>"
    assert repr(SQLiteOperationStore("a.db")) == "<SQLiteOperationStore 'a.db' closed>"


class TestQueueOnSQLite(QueueConformance):
    """The queue's own suite, with SQLite behind its faulty store."""

    queue_class = TraceQueueProcessor

    def make_queue(self, store, **options):
        store.inner = SQLiteStore(":memory:")
        return super().make_queue(store, **options)
