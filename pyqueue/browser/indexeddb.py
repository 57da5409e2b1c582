"""`IndexedDBStore`: one row per lane per batch, one transaction per batch.

The schema is documented in web/README.md and written a second time in web/database.js, for pages
where Python is not up; tests hold the two together.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from itertools import chain
from typing import Any

import js

from ..batch import Batch, DeadLetter, Row
from ..errors import StoreError, StoreRejected, StoreUnavailable
from ..query import TraceQuery, rows_in_order, traces_of
from .interop import JsException, listen, outcome, to_array, to_object

VERSION = 1

OPEN_TIMEOUT = 5.0
"""Seconds. An upgrade that another tab blocks may never answer."""

CHUNK = 64
"""Rows read at a time: about 8 MB at the most."""

REJECTED = ("ConstraintError", "DataCloneError", "DataError")
"""Names of exceptions that speak against the data; any other may pass."""


class IndexedDBStore:
    """Keeps batches in the IndexedDB database `name`.

    Opens again by itself when the browser closed the connection. Durable: a write returns when its
    transaction is complete, with strict durability where the batch holds a CRITICAL trace.
    """

    def __init__(self, name: str = "pyqueue") -> None:
        self.name = name
        self._db: Any = None
        self._forget: Callable[[], None] = lambda: None
        self._opening = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<IndexedDBStore {self.name!r} {'open' if self._db else 'closed'}>"

    async def open(self) -> None:
        await self._connection()

    async def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._lost()

    async def write(self, batch: Batch) -> None:
        try:
            await self._transact(batch.strict, lambda tx: _put_batch(tx, batch))
        except StoreRejected:
            # A row's place is unique: it may be there from an attempt whose answer was lost.
            if not await self._holds(batch.rows[0]):
                raise

    async def bury(self, letters: list[DeadLetter]) -> None:
        def put(tx: Any) -> None:
            for letter in letters:
                tx.objectStore("dead_letters").put(to_object(asdict(letter)))

        await self._transact(True, put)

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for rows in self._rows_for(query):
            traces = chain.from_iterable(map(traces_of, rows_in_order(rows)))
            found += query.select_unordered(traces)
            if query.order == "stored" and query.limit is not None and len(found) >= query.limit:
                break
        return query.select(found)

    # Reading

    async def _rows_for(self, query: TraceQuery) -> AsyncIterator[list[Row]]:
        """The rows that can hold matches, in stored order, some at a time."""
        keys = js.IDBKeyRange
        if query.trace_id is not None:
            rows = await self._get_all("traceIds", keys.only(query.trace_id), None)
            yield [_row(row) for row in rows_wanted(query, rows)]
            return
        after = None
        while True:
            rows = await self._get_all(
                "order", keys.lowerBound(after, True) if after else None, CHUNK
            )
            yield [_row(row) for row in rows_wanted(query, rows)]
            if len(rows) < CHUNK:
                return
            after = to_array((rows[-1].session, rows[-1].seqFirst))

    async def _get_all(self, index: str, key_range: Any, count: int | None) -> Any:
        db = await self._connection()
        try:
            source = db.transaction("segments", "readonly").objectStore("segments").index(index)
            request = source.getAll(key_range, count) if count else source.getAll(key_range)
        except JsException as error:
            raise self._translated(error) from None
        if await outcome(request, "onsuccess", "onerror") == "onerror":
            raise self._translated(request.error)
        return request.result

    async def _holds(self, row: Row) -> bool:
        place = js.IDBKeyRange.only(to_array((row.session, row.seq_first)))
        return len(await self._get_all("order", place, 1)) > 0

    # Writing

    async def _transact(self, strict: bool, put: Callable[[Any], None]) -> None:
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


STORES = ("segments", "ledger", "dead_letters")


def _create(db: Any) -> None:
    segments = db.createObjectStore("segments", to_object({"autoIncrement": True}))
    segments.createIndex("order", to_array(("session", "seqFirst")), to_object({"unique": True}))
    segments.createIndex("priority", "priority")
    segments.createIndex("time", "tMax")
    segments.createIndex("traceIds", "traceIds", to_object({"multiEntry": True}))
    db.createObjectStore("dead_letters", to_object({"autoIncrement": True}))
    db.createObjectStore("ledger", to_object({"keyPath": "session"}))
    db.createObjectStore("meta")


def _put_batch(tx: Any, batch: Batch) -> None:
    segments = tx.objectStore("segments")
    for row in batch.rows:
        segments.put(_object(row))
    tx.objectStore("ledger").put(to_object(batch.account))


def _object(row: Row) -> Any:
    return to_object(
        {
            "session": row.session,
            "seqFirst": row.seq_first,
            "seqLast": row.seq_last,
            "priority": row.priority,
            "mixed": row.mixed,
            "count": row.count,
            "bytes": row.bytes,
            "tMin": row.t_min,
            "tMax": row.t_max,
            "traceIds": list(row.trace_ids),
            "codec": row.codec,
            "data": row.data,
        }
    )


def rows_wanted(query: TraceQuery, rows: Any) -> list[Any]:
    """Of these row objects, those that can hold a match; their data is not looked at."""
    return [
        row
        for row in rows
        if query.wants_row(row.priority, row.mixed, row.tMin, row.tMax, row.traceIds)
    ]


def _row(row: Any) -> Row:
    data = row.data
    if row.codec == "json+gzip":
        data = gzip.decompress(data.to_bytes()).decode()
    return Row(
        session=row.session,
        seq_first=row.seqFirst,
        seq_last=row.seqLast,
        priority=row.priority,
        mixed=bool(row.mixed),
        count=row.count,
        bytes=row.bytes,
        t_min=row.tMin,
        t_max=row.tMax,
        trace_ids=tuple(row.traceIds),
        codec="json",
        data=data,
    )
