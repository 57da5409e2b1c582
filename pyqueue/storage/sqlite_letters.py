"""The `dead_letters` table, the same in both SQLite stores."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any

from ..batch import DeadLetter
from .sqlite_database import SQLiteDatabase, from_column, to_column

SCHEMA = """
CREATE TABLE IF NOT EXISTS dead_letters (
  id TEXT PRIMARY KEY, trace TEXT NOT NULL, priority INTEGER NOT NULL, reason TEXT NOT NULL,
  error TEXT NOT NULL, attempts INTEGER NOT NULL, time REAL NOT NULL, resolution TEXT
);
"""

COLUMNS = tuple(field.name for field in fields(DeadLetter))


class SQLiteLetters:
    """Keeps dead letters: the `DeadLetterStore` part of a store."""

    _database: SQLiteDatabase

    async def bury(self, letters: list[DeadLetter]) -> None:
        marks = ", ".join("?" * len(COLUMNS))
        with self._database.transaction(strict=True) as db:
            db.executemany(
                f"INSERT OR REPLACE INTO dead_letters ({', '.join(COLUMNS)}) VALUES ({marks})",
                map(_values, letters),
            )

    async def letters(self) -> list[DeadLetter]:
        rows = self._database.read(f"SELECT {', '.join(COLUMNS)} FROM dead_letters ORDER BY time")
        return [DeadLetter(*map(_read, row)) for row in rows]

    async def forget(self, ids: list[str]) -> None:
        with self._database.transaction(strict=True) as db:
            db.executemany(
                "DELETE FROM dead_letters WHERE id = ?", [(to_column(id),) for id in ids]
            )


def _values(letter: DeadLetter) -> list[Any]:
    return [to_column(x) if isinstance(x, str) else x for x in astuple(letter)]


def _read(value: Any) -> Any:
    return from_column(value) if isinstance(value, bytes) else value
