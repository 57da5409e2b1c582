"""A connection to an SQLite file, as both SQLite stores use it.

Calls block the event loop for as long as SQLite works, which is kept short: one transaction a
batch, rows read in chunks, and no waiting for another process's lock (the queue tries again).
Needs the `sqlite3` module; Pyodide has it as a package of its own.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..encoding import in_utf8
from ..errors import StoreError, StoreFull, StoreRejected, StoreUnavailable

LOCK_TIMEOUT = 0.05
"""Seconds to wait for another process's lock before the queue is told to come again."""

REJECTED = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError)
"""Errors that speak against the data; any other may pass."""


class SQLiteDatabase:
    """The database at `path`, made by the statements of `schema` where it is new.

    ":memory:" lives as long as this object. Raises `StoreUnavailable` and `StoreRejected`.
    """

    def __init__(self, path: str | os.PathLike[str], schema: str) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a string or a path, not {path!r}")
        if not os.fspath(path):
            raise ValueError("path must not be empty; ':memory:' keeps nothing")
        self.path = os.fspath(path)
        self._schema = schema
        self._db: sqlite3.Connection | None = None
        self._finalizer = weakref.finalize(self, lambda: None)

    @property
    def is_open(self) -> bool:
        return self._db is not None

    def open(self) -> None:
        self._connection()

    def close(self) -> None:
        if self.path != ":memory:":
            self._finalizer()
            self._db = None

    @contextmanager
    def transaction(self, strict: bool) -> Iterator[sqlite3.Connection]:
        """All or nothing. `strict` forces it to disk; without, a power cut (not a crash) may take
        the last transactions along."""
        db = self._connection()
        with self._translated():
            db.execute(f"PRAGMA synchronous = {'FULL' if strict else 'NORMAL'}")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query."""
        db = self._connection()
        with self._translated():
            return db.execute(sql, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            with self._translated():
                db = sqlite3.connect(self.path, timeout=LOCK_TIMEOUT, isolation_level=None)
                # Also when the store is simply forgotten.
                self._finalizer = weakref.finalize(self, db.close)
                try:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(f"BEGIN; {self._schema} COMMIT;")
                except BaseException:
                    self._finalizer()
                    raise
                self._db = db
        return self._db

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _kind(error)(f"SQLite {self.path!r}: {type(error).__name__}: {error}") from error


def to_column(text: str) -> str | bytes:
    """The text as SQLite can keep it: UTF-8 has nothing for a lone surrogate, so that such a one
    is a BLOB."""
    return text if in_utf8(text) == text else text.encode(errors="surrogatepass")


def from_column(value: str | bytes) -> str:
    """And back."""
    return value if isinstance(value, str) else value.decode(errors="surrogatepass")


def _kind(error: sqlite3.Error) -> type[StoreError]:
    if isinstance(error, REJECTED):
        return StoreRejected
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return StoreFull if is_full else StoreUnavailable
