"""Which rows of IndexedDB a query reads, and in which order: as few as the indexes allow.

To list an index costs Chromium 27 µs a key where rows have 120 kB, for it looks each of them up; to
read a row costs six times that. So the way is along the index of the query's order, from where that
order begins, and rows that can't hold a match are passed over as they come; unless a condition is
met by few, which are read at once and sorted.

Rows are as wide in time as their traces: `time` finds them by their ends, `start` by their
beginnings, and neither those that lie across a time. Where many begin before it and many end after
it, those that end before are taken from those that begin before, or the like on the other side of
it, which is done where there seem to be fewer.
"""

from __future__ import annotations

from typing import Any

import js

from ..query import TraceQuery
from .cursors import collect
from .database import Database
from .ways import Along, ByKey, Found, Sifted, Way, between, fetch, keys_in

FEW = 100
"""Rows that are read at once: about 12 MB of default size, in some 20 ms."""

EVER = float("inf")


async def ways_for(database: Database, query: TraceQuery) -> list[Way]:
    """One after the other; together they lead to all rows that can hold a match."""
    if query.id is not None:
        everywhere = Along(database, "order", None, None, backwards=True)
        if query.page is None:
            return [everywhere]
        first, last = [query.page], [f"{query.page}-\uffff"]
        return [Along(database, "order", first, last, backwards=True), everywhere]
    few = await _few(database, query)
    if few is not None:
        return [_sorted(database, query, await fetch(database, few))]
    if query.order != "stored":
        return await _by_time(database, query)
    along = Along(database, "order", None, None)
    if query.since is None:
        return [along]
    return [Sifted(database, along, ("time", between(query.since, EVER)), FEW)]


async def _few(database: Database, query: TraceQuery) -> list[Any] | None:
    """Keys of few rows, among which all are that can hold a match. By time only where the query's
    order is another, or begins at the other end."""
    spans: list[tuple[str, Any]] = []
    if query.trace_id is not None:
        spans.append(("traceIds", between(query.trace_id, query.trace_id)))
    if query.priority:  # a mixed row stands under the highest that it holds
        spans.append(("priority", between(query.priority, EVER)))
    if query.since is not None and query.order != "desc":
        spans.append(("time", between(query.since, EVER)))
    if query.until is not None and query.order != "asc":
        spans.append(("start", between(-EVER, query.until)))
    few = min(await keys_in(database, spans, FEW + 1), key=len, default=None)
    if few is None or len(few) <= FEW:
        return few
    if query.order == "stored" and query.since is not None and query.until is not None:
        (ended,) = await keys_in(database, [("time", between(query.since, query.until))], FEW + 1)
        across = await _across(database, query.until) if len(ended) <= FEW else None
        return None if across is None else list({*ended, *across})
    return None


async def _by_time(database: Database, query: TraceQuery) -> list[Way]:
    """Along the time; first come those that lie across the time at which that begins."""
    since = -EVER if query.since is None else query.since
    until = EVER if query.until is None else query.until
    if query.order == "asc":
        across = [] if query.since is None else await _across(database, since)
        if across is None:
            return [Along(database, "start", -EVER, until)]
        first = [row for row in await fetch(database, across) if row.record.tMin < since]
        return [_sorted(database, query, first), Along(database, "start", since, until)]
    across = [] if query.until is None else await _across(database, until)
    if across is None:
        return [Along(database, "time", since, EVER, backwards=True)]
    first = [row for row in await fetch(database, across) if row.record.tMax > until]
    return [_sorted(database, query, first), Along(database, "time", since, until, backwards=True)]


async def _across(database: Database, time: float) -> list[Any] | None:
    """Keys of few rows, among which all are that begin by this time and end at it or later; None
    where they are many."""
    time = float(time)
    spans = [("time", between(time, EVER)), ("start", between(-EVER, time))]
    few = min(await keys_in(database, spans, FEW + 1), key=len)
    if len(few) > FEW:
        first, last = await _edge(database, "start"), await _edge(database, "time", "prev")
        if time - first < last - time:
            spans = [spans[1], ("time", js.IDBKeyRange.upperBound(time, True))]
        else:
            spans = [spans[0], ("start", js.IDBKeyRange.lowerBound(time, True))]
        few, others = await keys_in(database, spans)
        few = list(set(few).difference(others))
    return few if len(few) <= FEW else None


async def _edge(database: Database, index: str, direction: str = "next") -> float:
    """The first key of an index of times, or the last."""
    every = between(-EVER, EVER)
    (key,) = await collect(database, index, every, 1, lambda cursor, _: cursor.key, direction)
    return float(key)


def _sorted(database: Database, query: TraceQuery, rows: list[Found]) -> ByKey:
    """By the query's order."""

    def rank(row: Found) -> Any:
        if query.order == "stored":
            return place_of(row.record)
        bound = bound_of(query, row.record)
        return bound if query.order == "asc" else -bound

    return ByKey(database, [row.key for row in sorted(rows, key=rank)])


def bound_of(query: TraceQuery, record: Any) -> float:
    """When a row object begins, or ends if the latest come first; it may say anything."""
    return _number(record, "tMin" if query.order == "asc" else "tMax")


def place_of(record: Any) -> tuple[str, int]:
    """Where a row object says that it stands."""
    return str(getattr(record, "session", "")), int(_number(record, "seqFirst"))


def _number(record: Any, name: str) -> float:
    value = getattr(record, name, 0)
    return value if isinstance(value, (int, float)) else 0
