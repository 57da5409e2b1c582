"""A connection to an IndexedDB database of our schema, opened again when the browser closed it.

The schema is documented in web/README.md and written a second time in web/database.js, for pages
where Python is not up; tests hold the two together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js

from ..errors import StoreError, StoreRejected, StoreUnavailable
from .interop import JsException, listen, outcome, to_array, to_object

VERSION = 1

STORES = ("segments", "ledger", "dead_letters")

OPEN_TIMEOUT = 5.0
"""Seconds. An upgrade that another tab blocks may never answer."""

REJECTED = ("ConstraintError", "DataCloneError", "DataError")
"""Names of exceptions that speak against the data; any other may pass."""


class Database:
    """Transactions on the database `name`; raises `StoreUnavailable` and `StoreRejected`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._db: Any = None
        self._forget: Callable[[], None] = lambda: None
        self._opening = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        return self._db is not None

    async def open(self) -> None:
        await self._connection()

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._lost()

    async def write(self, strict: bool, put: Callable[[Any], None]) -> None:
        """Issue all requests in one go, commit, and wait once."""
        db = await self._connection()
        try:
            options = to_object({"durability": "strict" if strict else "relaxed"})
            tx = db.transaction(to_array(STORES), "readwrite", options)
            put(tx)
            # Without it, a renderer that dies now takes the rows along.
            tx.commit()
        except JsException as error:
            raise self._translated(error) from None
        if await outcome(tx, "oncomplete", "onabort") == "onabort":
            raise self._translated(tx.error)

    async def read(self, store: str, ask: Callable[[Any], list[Any]]) -> list[Any]:
        """The results of requests to a store, issued in one go."""
        db = await self._connection()
        try:
            tx = db.transaction(store, "readonly")
            requests = ask(tx.objectStore(store))
        except JsException as error:
            raise self._translated(error) from None
        if await outcome(tx, "oncomplete", "onabort") == "onabort":
            raise self._translated(tx.error)
        return [request.result for request in requests]

    # The connection

    async def _connection(self) -> Any:
        async with self._opening:
            if self._db is None:
                try:
                    self._db = await asyncio.wait_for(self._open(), OPEN_TIMEOUT)
                except TimeoutError:
                    raise StoreUnavailable(
                        f"IndexedDB {self.name!r} did not open in {OPEN_TIMEOUT} s; "
                        "another tab may hold an older version open"
                    ) from None
                handlers = {"onclose": lambda _: self._lost(), "onversionchange": self._make_way}
                self._forget = listen(self._db, handlers)
            return self._db

    async def _open(self) -> Any:
        try:
            request = js.indexedDB.open(self.name, VERSION)
        except (JsException, AttributeError) as error:
            raise StoreUnavailable(f"there is no IndexedDB here: {error}") from None
        stop = listen(request, {"onupgradeneeded": lambda _: _create(request.result)})
        try:
            if await outcome(request, "onsuccess", "onerror") == "onerror":
                raise self._translated(request.error)
        finally:
            stop()
        return request.result

    def _make_way(self, _: Any) -> None:
        """Another tab wants to upgrade or delete the database."""
        self._db.close()
        self._lost()

    def _lost(self) -> None:
        self._forget()
        self._db = None

    def _translated(self, error: Any) -> StoreError:
        name = str(getattr(error, "name", None) or "AbortError")
        message = str(getattr(error, "message", None) or "the transaction was aborted")
        if name == "InvalidStateError" and self._db is not None:  # the connection is closing
            self._lost()
        kind = StoreRejected if name in REJECTED else StoreUnavailable
        return kind(f"IndexedDB {self.name!r}: {name}: {message}")


def _create(db: Any) -> None:
    segments = db.createObjectStore("segments", to_object({"autoIncrement": True}))
    segments.createIndex("order", to_array(("session", "seqFirst")), to_object({"unique": True}))
    segments.createIndex("end", to_array(("session", "seqLast")), to_object({"unique": True}))
    segments.createIndex("priority", "priority")
    segments.createIndex("time", "tMax")
    segments.createIndex("traceIds", "traceIds", to_object({"multiEntry": True}))
    db.createObjectStore("dead_letters", to_object({"keyPath": "id"}))
    db.createObjectStore("ledger", to_object({"keyPath": "session"}))
    db.createObjectStore("meta")
