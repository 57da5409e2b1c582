"""`SQLiteStore`: the rows of IndexedDB (web/README.md) in an SQLite file, for CPython."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from typing import Any

from ..batch import Batch, Row
from ..encoding import encode
from ..ports import RowWalk
from ..query import TraceQuery
from ..streaming import select
from ..trace import LARGEST
from . import sqlite_letters, sqlite_upkeep
from .sqlite_database import SQLiteDatabase, to_column
from .sqlite_letters import SQLiteLetters
from .sqlite_upkeep import COLUMNS, SQLiteUpkeep, insert, row_of
from .walk import ListWalk

SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, seqFirst INTEGER NOT NULL,
  seqLast INTEGER NOT NULL, priority INTEGER NOT NULL, mixed INTEGER NOT NULL,
  count INTEGER NOT NULL, bytes INTEGER NOT NULL, tMin REAL NOT NULL, tMax REAL NOT NULL,
  codec TEXT NOT NULL, data TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS segments_order ON segments (session, seqFirst);
CREATE INDEX IF NOT EXISTS segments_priority ON segments (priority);
CREATE INDEX IF NOT EXISTS segments_time ON segments (tMax);
CREATE INDEX IF NOT EXISTS segments_start ON segments (tMin);
CREATE TABLE IF NOT EXISTS segment_trace_ids (
  traceId TEXT NOT NULL, segment INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  PRIMARY KEY (traceId, segment)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
  session TEXT PRIMARY KEY, updated REAL NOT NULL, counters TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
    + sqlite_letters.SCHEMA
    + sqlite_upkeep.SCHEMA
)


class SQLiteStore(SQLiteLetters, SQLiteUpkeep):
    """Keeps batches in the SQLite database at `path`, a file or ":memory:".

    A batch is one transaction, forced to disk where it holds a CRITICAL trace; other processes
    can read meanwhile (WAL).
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._database = SQLiteDatabase(path, SCHEMA)

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<SQLiteStore {self._database.path!r} {state}>"

    async def open(self) -> None:
        self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def write(self, batch: Batch) -> None:
        account = batch.account
        with self._database.transaction(batch.strict) as db:
            for row in batch.rows:
                if not _is_stored(db, row):
                    insert(db, row)
            db.execute(
                "INSERT OR REPLACE INTO ledger VALUES (?, ?, ?)",
                (account["session"], account["updated"], encode(account)),
            )

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        return await select(self.walk(query), query)

    def walk(self, query: TraceQuery) -> RowWalk:
        def find() -> list[int]:
            return [key for (key,) in self._database.read(*_candidates(query))]

        return ListWalk(query, find, self._rows)

    def _rows(self, keys: Sequence[int]) -> list[Row]:
        marks = ", ".join("?" * len(keys))
        rows = self._database.read(
            f"SELECT id, {COLUMNS} FROM segments WHERE id IN ({marks})", keys
        )
        by_key = {key: row_of(values) for key, *values in rows}
        return [by_key[key] for key in keys if key in by_key]


def _is_stored(db: sqlite3.Connection, row: Row) -> bool:
    """Whether it is there from an attempt whose answer was lost; perhaps within a larger one,
    since a batch that failed may come again in halves."""
    found = db.execute(
        """SELECT seqLast FROM segments WHERE session = ? AND seqFirst <= ?
           ORDER BY seqFirst DESC LIMIT 1""",
        (row.session, row.seq_first),
    ).fetchone()
    return found is not None and found[0] >= row.seq_last


def _candidates(query: TraceQuery) -> tuple[str, list[Any]]:
    """Keys of the rows that can hold a match, in the order in which to read them."""
    conditions: dict[str, list[Any]] = {}
    if query.priority is not None:  # a mixed row stands under the highest that it holds
        conditions["priority >= ? AND (mixed OR priority = ?)"] = [query.priority] * 2
    if query.since is not None:
        conditions["tMax >= ?"] = [_time(query.since)]
    if query.until is not None:
        conditions["tMin <= ?"] = [_time(query.until)]
    if query.trace_id is not None:
        conditions["id IN (SELECT segment FROM segment_trace_ids WHERE traceId = ?)"] = [
            to_column(query.trace_id)
        ]
    where = " AND ".join(conditions) or "TRUE"
    values = [value for group in conditions.values() for value in group]
    if query.id is not None:  # its page's first, then the newest; "." comes next after "-"
        order = "session BETWEEN ? AND ? || '.' DESC, session DESC, seqFirst DESC"
        values += [query.page] * 2
    elif query.order == "stored":
        # A plus keeps SQLite from going by the order's index where a condition has one.
        order = "+session, +seqFirst" if conditions else "session, seqFirst"
    else:
        order = "tMin" if query.order == "asc" else "tMax DESC"
    return f"SELECT id FROM segments WHERE {where} ORDER BY {order}", values


def _time(ms: float) -> float:
    """As its column has it, also where it is a larger integer than SQLite's."""
    return float(max(-LARGEST, min(ms, LARGEST)))
