"""The suite of queries and streams, run on the stores that ship with pyqueue."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from pyqueue import MemoryStore
from pyqueue.testing import FaultyStore, QueryConformance


class TestMemoryStore(QueryConformance):
    def make_store(self):
        return MemoryStore()


class TestFaultyStore(QueryConformance):
    def make_store(self):
        return FaultyStore()


@pytest.mark.skipif(not find_spec("sqlite3"), reason="Pyodide has it as a package of its own")
class TestSQLiteStore(QueryConformance):
    def make_store(self):
        from pyqueue.storage.sqlite import SQLiteStore

        return SQLiteStore(":memory:")


@pytest.mark.browser_only
class TestIndexedDBStore(QueryConformance):
    @pytest.fixture(autouse=True, params=[5, 20])
    def _few_are_many(self, request, monkeypatch):
        """Every way through the rows is taken, although there are not many."""
        from pyqueue.browser import plan

        monkeypatch.setattr(plan, "FEW", request.param)

    def make_store(self):
        from secrets import token_hex

        from pyqueue.browser import IndexedDBStore

        return IndexedDBStore(f"queries-{token_hex(8)}")
