"""The `UpkeepStore` part of the SQLite store, and how a row is put into its table and read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..batch import Row
from ..encoding import encode
from ..errors import StoreFenced
from ..ports import Place, RowFacts
from .sqlite_database import SQLiteDatabase, from_column, to_column

FACTS = "priority, tMax, codec, count, bytes"

SCHEMA = f"""
CREATE INDEX IF NOT EXISTS segments_upkeep ON segments ({FACTS});
"""

COLUMNS = "session, seqFirst, seqLast, priority, mixed, count, bytes, tMin, tMax, codec, data"


class SQLiteUpkeep:
    """Surveys and edits rows."""

    _database: SQLiteDatabase

    async def survey(self, after: RowFacts | None, limit: int) -> list[RowFacts]:
        where = f"WHERE ({FACTS}, id) > (?, ?, ?, ?, ?, ?)" if after else ""
        sql = f"SELECT {FACTS}, id FROM segments {where} ORDER BY {FACTS}, id LIMIT ?"
        return [RowFacts(*row) for row in self._database.read(sql, [*(after or ()), limit])]

    async def places(self, after: Place | None, limit: int) -> list[Place]:
        where = "WHERE (session, seqFirst) > (?, ?)" if after else ""
        sql = f"SELECT session, seqFirst, id FROM segments {where} ORDER BY 1, 2 LIMIT ?"
        return [Place(*row) for row in self._database.read(sql, [*(after or ())[:2], limit])]

    async def closed_sessions(self) -> set[str]:
        accounts = self._database.read("SELECT session, counters FROM ledger")
        return {session for session, counters in accounts if json.loads(counters).get("closed")}

    async def edit(
        self,
        groups: Sequence[Sequence[int]],
        change: Callable[[list[Row]], list[Row]],
        note: Callable[[Mapping[str, Any] | None], Mapping[str, Any] | None] | None,
        guard: int | None,
    ) -> None:
        with self._database.transaction(strict=False) as db:
            leader = _meta(db, "leader") or {}
            if guard is not None and leader.get("token", guard) != guard:
                raise StoreFenced(f"leader {guard}: another leads")
            for keys in groups:
                stored = {key: row for key in keys if (row := _read(db, key)) is not None}
                _replace(db, stored, change(list(stored.values())))
            value = note(_meta(db, "upkeep")) if note else None
            if value is not None:
                db.execute("INSERT OR REPLACE INTO meta VALUES ('upkeep', ?)", (encode(value),))


def insert(db: sqlite3.Connection, row: Row, key: int | None = None) -> None:
    """Put a row into the table, under this key or a new one."""
    values = (
        key, row.session, row.seq_first, row.seq_last, row.priority, row.mixed, row.count,
        row.bytes, float(row.t_min), float(row.t_max), row.codec, row.data,
    )  # fmt: skip
    marks = ", ".join("?" * len(values))
    key = db.execute(f"INSERT INTO segments (id, {COLUMNS}) VALUES ({marks})", values).lastrowid
    ids = [(to_column(id), key) for id in row.trace_ids]
    db.executemany("INSERT INTO segment_trace_ids VALUES (?, ?)", ids)


def row_of(values: Sequence[Any]) -> Row:
    """A row from its columns; its trace ids stay in their table."""
    session, first, last, priority, mixed, count, size, t_min, t_max, codec, data = values
    return Row(
        session, first, last, priority, bool(mixed), count, size, t_min, t_max, (), codec, data
    )


def _meta(db: sqlite3.Connection, key: str) -> Any:
    found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return json.loads(found[0]) if found else None


def _read(db: sqlite3.Connection, key: int) -> Row | None:
    values = db.execute(f"SELECT {COLUMNS} FROM segments WHERE id = ?", (key,)).fetchone()
    if values is None:
        return None
    ids = db.execute("SELECT traceId FROM segment_trace_ids WHERE segment = ?", (key,)).fetchall()
    return replace(row_of(values), trace_ids=tuple(from_column(id) for (id,) in ids))


def _replace(db: sqlite3.Connection, stored: dict[int, Row], rows: list[Row]) -> None:
    kept = {id(row) for row in rows}
    gone = [key for key, row in stored.items() if id(row) not in kept]
    for key in gone:
        db.execute("DELETE FROM segment_trace_ids WHERE segment = ?", (key,))
        db.execute("DELETE FROM segments WHERE id = ?", (key,))
    stayed = {id(row) for row in stored.values()}
    new = [row for row in rows if id(row) not in stayed]
    for key, row in zip(gone, new, strict=False):
        insert(db, row, key)
