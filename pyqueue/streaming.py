"""A query, page by page: rows are read a few at a time, and no more of them than it takes.

A store walks its rows in the query's order: as they were sealed, or by the time at which they begin
("asc") or end ("desc"). A trace can be given once the walk has come to a row that lies wholly
beyond it. Nothing is kept but what has been read and can't be given yet, as much as rows overlap in
time; and no transaction stays open from one page to the next.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from .merge import Merge
from .ports import RowWalk, StoredRow
from .query import TraceQuery

Trace = dict[str, Any]

PAGE = 500
"""Traces of a page, if nobody says otherwise."""

CHUNK = 64
"""Rows read at a time at the most: about 8 MB of default size."""

RESPITE = 0.01
"""Seconds after which others may run: to search and decode rows takes some ms each."""


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


class TraceStream:
    """The matches along a walk and among `held`, which count as stored last: each id once, in the
    query's order, at most `size` to a page. For `async for`, which may be left at any time."""

    def __init__(
        self, walk: RowWalk, query: TraceQuery, held: Iterable[Trace], size: int = PAGE
    ) -> None:
        self._walk = walk
        self._search = Search(walk, query, held, size)
        self._rows: int | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TracePage:
        if self._rows is None:
            self._rows = await self._walk.count()
        traces = await self._search.next()
        if traces is None:
            raise StopAsyncIteration
        read = self._search.rows_read
        return TracePage(traces, Progress(read, max(self._rows, read)))


async def select(walk: RowWalk, query: TraceQuery) -> list[Trace]:
    """The matches along a walk, as one list."""
    search = Search(walk, query, (), PAGE)
    found: list[Trace] = []
    while (traces := await search.next()) is not None:
        found += traces
    return found


class Search:
    """Reads rows until a page is full, or all that were read at a time have been looked at."""

    def __init__(self, walk: RowWalk, query: TraceQuery, held: Iterable[Trace], size: int) -> None:
        self.rows_read = 0
        self._walk = walk
        self._merge = Merge(query, held)
        self._size = size
        self._count = 1
        self._rows: deque[StoredRow] = deque()
        self._ready: list[Trace] = []
        self._told = 0
        self._rested_at = 0.0
        self._is_over = False

    async def next(self) -> list[Trace] | None:
        """The traces of the next page, maybe none; None at the end."""
        while len(self._ready) < self._size:
            if self._rows:
                self.rows_read += 1
                self._ready += self._merge.meet(self._rows.popleft())
                await self._rest()
            elif self._ready or self._told < self.rows_read:
                break
            elif not await self._go_on():
                return None
        self._told = self.rows_read
        traces, self._ready = self._ready[: self._size], self._ready[self._size :]
        return traces

    async def _go_on(self) -> bool:
        """Read more rows. After the last ones comes what was waiting for them."""
        if self._merge.wants_more:
            self._rows.extend(await self._walk.read(self._count))
            self._count = min(2 * self._count, CHUNK)
        if not self._rows and not self._is_over:
            self._is_over = True
            self._ready = self._merge.rest()
        return bool(self._rows or self._ready)

    async def _rest(self) -> None:
        clock = asyncio.get_running_loop().time
        if clock() - self._rested_at > RESPITE:
            await asyncio.sleep(0)
            self._rested_at = clock()
