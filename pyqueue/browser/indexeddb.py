"""`IndexedDBStore`: one row per lane per batch, one transaction per batch."""

from __future__ import annotations

import logging
from dataclasses import asdict, fields
from typing import Any

import js

from ..batch import Batch, DeadLetter, Row
from ..errors import StoreRejected
from ..query import TraceQuery
from .database import Database
from .group_commit import GroupCommit
from .interop import to_array, to_object
from .naming import camel, camel_keys
from .rows import read_row, read_traces
from .upkeep import IndexedDBUpkeep

logger = logging.getLogger("pyqueue")

CHUNK = 64
"""Rows read at a time: about 8 MB at the most of default size."""


class IndexedDBStore(IndexedDBUpkeep):
    """Keeps batches in the IndexedDB database `name`.

    Opens again by itself when the browser closed the connection. Durable: a write returns when its
    transaction is complete, with strict durability where the batch holds a CRITICAL trace. A
    session for which a fence stands writes no batch any more (`StoreFenced`).
    """

    def __init__(self, name: str = "pyqueue") -> None:
        self._database = Database(name)
        self._writes = GroupCommit(self._database)
        self._corrupt: set[Any] = set()

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<IndexedDBStore {self._database.name!r} {state}>"

    @property
    def corrupt_rows(self) -> int:
        """Rows met so far that can't be read; queries pass them over."""
        return len(self._corrupt)

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def write(self, batch: Batch) -> None:
        try:
            await self._writes.write(batch, batch.rows)
        except StoreRejected:
            # A place in the session is taken once: rows, or parts of them, may be there from an
            # attempt whose answer was lost.
            missing = [row for row in batch.rows if not await self._holds(row)]
            if len(missing) == len(batch.rows):
                raise
            await self._writes.write(batch, missing)

    async def bury(self, letters: list[DeadLetter]) -> None:
        def put(tx: Any) -> None:
            for letter in letters:
                tx.objectStore("dead_letters").put(to_object(camel_keys(asdict(letter))))

        await self._database.write(True, put)

    async def letters(self) -> list[DeadLetter]:
        (letters,) = await self._database.read("dead_letters", lambda letters: [letters.getAll()])
        names = [field.name for field in fields(DeadLetter)]
        return [DeadLetter(**{name: getattr(x, camel(name)) for name in names}) for x in letters]

    async def forget(self, ids: list[str]) -> None:
        def delete(tx: Any) -> None:
            for id in ids:
                tx.objectStore("dead_letters").delete(id)

        await self._database.write(True, delete)

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        keys = await self._candidates(query)
        for start in range(0, len(keys), CHUNK):
            last = None
            for key, record in await self._records(keys[start : start + CHUNK]):
                last = self._look(query, key, record, found) or last
            if last is not None and _is_enough(query, found, last):
                break
        return query.select(found)

    def _look(self, query: TraceQuery, key: Any, record: Any, found: list[Any]) -> Row | None:
        """Add the matches in a row object to `found`. None where it holds none, or is corrupt."""
        try:
            if not _can_hold(query, record):
                return None
            row = read_row(record)
            found += query.select_unordered(read_traces(row))
        except Exception as error:  # a disk may fail, and others may write: it may be anything
            if not self._corrupt:
                # Its kind alone: the message may quote what users did.
                kind = type(error).__name__
                logger.warning("rows that can't be read are passed over; the first: %s", kind)
            self._corrupt.add(key)
            return None
        return row

    # Reading

    async def _candidates(self, query: TraceQuery) -> list[int]:
        """Keys of the rows that can hold a match, in the order in which to read them."""
        ranges: dict[str, Any] = {"time" if query.order == "desc" else "order": None}
        bound = js.IDBKeyRange
        if query.since is not None:
            ranges["time"] = bound.lowerBound(query.since)
        if query.priority is not None:  # a mixed row stands under the highest that it holds
            ranges["priority"] = bound.lowerBound(query.priority)
        if query.trace_id is not None:
            ranges["traceIds"] = bound.only(query.trace_id)
        keys, *others = [await self._keys(index, span) for index, span in ranges.items()]
        for other in map(set, others):
            keys = [key for key in keys if key in other]
        newest_first = query.order == "desc" or query.id is not None
        return keys[::-1] if newest_first else keys

    async def _keys(self, index: str, span: Any) -> list[int]:
        (keys,) = await self._database.read(
            "segments", lambda segments: [segments.index(index).getAllKeys(span)]
        )
        return list(keys)

    async def _records(self, keys: list[Any]) -> list[tuple[Any, Any]]:
        """Those that are still there, with their keys."""
        records = await self._database.read(
            "segments", lambda segments: [segments.get(key) for key in keys]
        )
        pairs = zip(keys, records, strict=True)
        return [(key, record) for key, record in pairs if record is not None]

    async def _holds(self, row: Row) -> bool:
        """Whether a stored row takes in all places of this one."""
        before = js.IDBKeyRange.bound(
            to_array((row.session, 0)), to_array((row.session, row.seq_first))
        )
        keys = await self._keys("order", before)
        (found,) = await self._database.read(
            "segments", lambda segments: [segments.get(keys[-1] if keys else -1)]
        )
        return found is not None and getattr(found, "seqLast", 0) >= row.seq_last


def _can_hold(query: TraceQuery, row: Any) -> bool:
    """Whether the row object can hold a match. Its text is searched before it is decoded."""
    return query.wants_row(row.priority, row.mixed, row.tMin, row.tMax, row.traceIds) and (
        query.id is None or row.codec != "json" or query.id in row.data
    )


def _is_enough(query: TraceQuery, found: list[dict[str, Any]], last: Row) -> bool:
    """Whether rows after `last`, in the order of reading, can't change the answer."""
    if query.id is not None:
        return bool(found)
    if query.limit is None or len(found) < query.limit or query.order == "asc":
        return False
    if query.order == "stored":
        return True
    latest = sorted((trace["timestamp"] for trace in found), reverse=True)[: int(query.limit)]
    return not latest or last.t_max < latest[-1]
