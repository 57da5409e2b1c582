"""A query, page by page: rows are read a few at a time, and no more of them than it takes.

A store walks its rows in the query's order: as they were sealed, or by the time at which they begin
("asc") or end ("desc"). A trace can be given once the walk has come to a row that lies wholly
beyond it. Nothing is kept but what has been read and can't be given yet, as much as rows overlap in
time; and no transaction stays open from one page to the next.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from sys import maxsize
from typing import Any, NamedTuple

from .merge import Merge
from .ports import RowWalk
from .query import TraceQuery

Trace = dict[str, Any]

PAGE = 500
"""Traces of a page, if nobody says otherwise."""

CHUNK = 64
"""Rows read at a time at the most: about 8 MB of default size."""

PLENTY = 1_000
"""Traces out of rows read at a time from which on it should be fewer rows: to decode them keeps
others from running."""


class Progress(NamedTuple):
    """How far a stream has come."""

    rows_read: int
    rows: int
    """That there are to read, although a limit may make an end before."""


@dataclass(frozen=True, slots=True)
class TracePage:
    """The next traces of a stream, in the query's order; none where nothing matched in the rows
    that were read for it."""

    traces: list[Trace]
    progress: Progress


async def pages(
    walk: RowWalk, query: TraceQuery, held: Iterable[Trace], size: int
) -> AsyncIterator[TracePage]:
    """The matches along a walk and among `held`, which count as stored last: each id once, in the
    query's order, at most `size` to a page."""
    rows = await walk.count()
    async for traces, read in _found(walk, query, held, size):
        yield TracePage(traces, Progress(read, max(rows, read)))


async def select(walk: RowWalk, query: TraceQuery) -> list[Trace]:
    """The matches along a walk, as one list."""
    return [trace async for traces, _ in _found(walk, query, (), maxsize) for trace in traces]


async def _found(
    walk: RowWalk, query: TraceQuery, held: Iterable[Trace], size: int
) -> AsyncIterator[tuple[list[Trace], int]]:
    """What is ready, at most `size` at a time, with the number of rows read; also when none is,
    once for all rows that were read at a time."""
    merge = Merge(query, held)
    read, count = 0, 1
    while merge.wants_more and (rows := await walk.read(count)):
        ready: list[Trace] = []
        given = 0
        for row in rows:
            read += 1
            ready += (more := merge.meet(row))
            given += len(more)
            while len(ready) >= size:
                yield ready[:size], read
                del ready[:size]
        yield ready, read
        count = min(2 * count, CHUNK) if given < PLENTY else max(1, count // 2)
    ready = merge.rest()
    for start in range(0, len(ready), size):
        yield ready[start : start + size], read
