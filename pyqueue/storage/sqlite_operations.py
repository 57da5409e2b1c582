"""Entries and vectors in SQLite: one transaction a batch, one `executemany` a bulk."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Sequence
from typing import Any

from ..encoding import encode
from ..write_queue.entry import Entry
from ..write_queue.operations import (
    Operation,
    OperationType,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
)
from ..write_queue.plan import BulkWrite
from ..write_queue.search import CHUNK, read_search
from ..write_queue.vectors import Match, pack, unpack
from . import sqlite_letters
from .sqlite_database import SQLiteDatabase, to_column
from .sqlite_letters import SQLiteLetters

SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS entries (
  id TEXT PRIMARY KEY, content TEXT NOT NULL, tags TEXT NOT NULL, metadata TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS vectors (
  id TEXT PRIMARY KEY, label INTEGER NOT NULL, dimensions INTEGER NOT NULL, embedding BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS vectors_by_dimensions ON vectors (dimensions, id);
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, applied INTEGER NOT NULL);
"""
    + sqlite_letters.SCHEMA
)

KEPT_SESSIONS = 1_000
"""A session's place is needed only while its queue runs; so many of the newest are kept."""

STATEMENTS: dict[OperationType, tuple[str, ...]] = {
    "store": (
        """INSERT INTO entries VALUES (:id, :content, :tags, :metadata) ON CONFLICT (id) DO UPDATE
           SET content = excluded.content, tags = excluded.tags, metadata = excluded.metadata""",
    ),
    "update": (
        """UPDATE entries SET content = ifnull(:content, content), tags = ifnull(:tags, tags),
           metadata = ifnull(:metadata, metadata) WHERE id = :id""",
    ),
    "delete": ("DELETE FROM entries WHERE id = :id", "DELETE FROM vectors WHERE id = :id"),
    "vector": ("INSERT OR REPLACE INTO vectors VALUES (:id, :label, :dimensions, :embedding)",),
}


class SQLiteOperationStore(SQLiteLetters):
    """Keeps entries in the SQLite database at `path`, a file or ":memory:". Forced to disk with
    every batch, and readable by other processes meanwhile (WAL)."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._database = SQLiteDatabase(path, SCHEMA)

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<SQLiteOperationStore {self._database.path!r} {state}>"

    async def open(self) -> None:
        self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def apply(self, write: BulkWrite) -> None:
        with self._database.transaction(strict=True) as db:
            if not _take_place(db, write):
                return
            for bulk in write.bulks:
                values = list(map(_values, bulk.operations))
                for statement in STATEMENTS[bulk.type]:
                    db.executemany(statement, values)

    async def get(self, id: str) -> Entry | None:
        # One statement, so that another process can't write between entry and vector.
        rows = self._database.read(
            """SELECT content, tags, metadata, embedding, label FROM (SELECT ? AS id) AS wanted
               LEFT JOIN entries USING (id) LEFT JOIN vectors USING (id)""",
            (to_column(id),),
        )
        content, tags, metadata, embedding, label = rows[0]
        if content is None and embedding is None:
            return None
        return Entry(
            id,
            content,
            tuple(json.loads(tags)) if tags else (),
            json.loads(metadata) if metadata else {},
            unpack(embedding) if embedding else None,
            label,
        )

    async def search(self, embedding: Sequence[float], k: int = 10) -> list[Match]:
        nearest, last = read_search(embedding, k), ""
        while rows := self._database.read(
            """SELECT id, label, embedding FROM vectors WHERE dimensions = ? AND id > ?
               ORDER BY id LIMIT ?""",
            (nearest.dimensions, last, CHUNK),
        ):
            nearest.look((id, label, unpack(data)) for id, label, data in rows)
            last = rows[-1][0]
            await asyncio.sleep(0)
        return nearest.matches()


def _take_place(db: sqlite3.Connection, write: BulkWrite) -> bool:
    """Note how far the session has come; False where the write is applied already."""
    is_newer = db.execute(
        """INSERT INTO sessions VALUES (?, ?) ON CONFLICT (session) DO UPDATE
           SET applied = excluded.applied WHERE applied < excluded.applied""",
        (write.session, write.last),
    ).rowcount
    db.execute(
        """DELETE FROM sessions WHERE rowid <=
           (SELECT rowid FROM sessions ORDER BY rowid DESC LIMIT 1 OFFSET ?)""",
        (KEPT_SESSIONS,),
    )
    return is_newer > 0


def _values(operation: Operation) -> dict[str, Any]:
    match operation:
        case StoreOperation(id, content, tags, metadata):
            return _columns(id, content, tags, metadata)
        case UpdateOperation(id, changes):
            known = changes.get
            return _columns(id, known("content"), known("tags"), known("metadata"))
        case VectorOperation(id, embedding, label):
            data = pack(embedding)
            return {"id": id, "label": label, "dimensions": len(embedding), "embedding": data}
        case _:
            return {"id": operation.id}


def _columns(id: str, content: Any, tags: Any, metadata: Any) -> dict[str, Any]:
    return {
        "id": id,
        "content": content,
        "tags": None if tags is None else encode(tags),
        "metadata": None if metadata is None else encode(metadata),
    }
