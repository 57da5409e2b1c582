"""The suite for stores that can be thinned out, run on those that ship with pyqueue."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from pyqueue import MemoryStore
from pyqueue.testing import UpkeepConformance


class TestMemoryStore(UpkeepConformance):
    def make_store(self):
        return MemoryStore()

    async def lead(self, store, token):
        store.meta["leader"] = {"token": token}


@pytest.mark.skipif(not find_spec("sqlite3"), reason="Pyodide has it as a package of its own")
class TestSQLiteStore(UpkeepConformance):
    def make_store(self):
        from pyqueue.storage.sqlite import SQLiteStore

        return SQLiteStore(":memory:")

    async def lead(self, store, token):
        values = ("leader", f'{{"token": {token}}}')
        with store._database.transaction(True) as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", values)


@pytest.mark.browser_only
class TestIndexedDBStore(UpkeepConformance):
    def make_store(self):
        from secrets import token_hex

        from pyqueue.browser import IndexedDBStore

        return IndexedDBStore(f"upkeep-{token_hex(8)}")

    async def lead(self, store, token):
        from pyqueue.browser.interop import to_object

        leader = to_object({"token": token})
        await store._database.write(True, lambda tx: tx.objectStore("meta").put(leader, "leader"))
