"""`IndexedDBStore`: one row per lane per batch, one transaction per batch."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import chain
from typing import Any

import js

from ..batch import Batch, DeadLetter, Row
from ..errors import StoreRejected
from ..query import TraceQuery, traces_of
from .database import Database
from .interop import to_array, to_object
from .naming import camel, camel_keys

CHUNK = 64
"""Rows read at a time: about 8 MB at the most of default size."""


class IndexedDBStore:
    """Keeps batches in the IndexedDB database `name`.

    Opens again by itself when the browser closed the connection. Durable: a write returns when its
    transaction is complete, with strict durability where the batch holds a CRITICAL trace.
    """

    def __init__(self, name: str = "pyqueue") -> None:
        self._database = Database(name)

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<IndexedDBStore {self._database.name!r} {state}>"

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def write(self, batch: Batch) -> None:
        try:
            await self._put(batch, batch.rows)
        except StoreRejected:
            # A place in the session is taken once: rows, or parts of them, may be there from an
            # attempt whose answer was lost.
            missing = [row for row in batch.rows if not await self._holds(row)]
            if len(missing) == len(batch.rows):
                raise
            await self._put(batch, missing)

    async def _put(self, batch: Batch, rows: Sequence[Row]) -> None:
        await self._database.write(batch.strict, lambda tx: _put_batch(tx, batch, rows))

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
            rows = await self._rows(query, keys[start : start + CHUNK])
            found += query.select_unordered(chain.from_iterable(map(traces_of, rows)))
            if rows and _is_enough(query, found, rows[-1]):
                break
        return query.select(found)

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

    async def _rows(self, query: TraceQuery, keys: list[int]) -> list[Row]:
        rows = await self._database.read(
            "segments", lambda segments: [segments.get(key) for key in keys]
        )
        return [_row(row) for row in rows if row is not None and _can_hold(query, row)]

    async def _holds(self, row: Row) -> bool:
        """Whether a stored row takes in all places of this one."""
        before = js.IDBKeyRange.bound(
            to_array((row.session, 0)), to_array((row.session, row.seq_first))
        )
        keys = await self._keys("order", before)
        (found,) = await self._database.read(
            "segments", lambda segments: [segments.get(keys[-1] if keys else -1)]
        )
        return found is not None and found.seqLast >= row.seq_last


def _put_batch(tx: Any, batch: Batch, rows: Sequence[Row]) -> None:
    segments = tx.objectStore("segments")
    for row in rows:
        segments.put(_object(row))
    tx.objectStore("ledger").put(to_object(camel_keys(batch.account)))


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
