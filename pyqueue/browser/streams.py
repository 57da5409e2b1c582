"""Streams that a page reads: each page of traces is a call, and in between nothing is held open."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from ..query import TraceQuery
from ..streaming import TraceStream
from ..trace_queue import TraceQueue
from .naming import camel_keys, snake


class Streams:
    """Those that have begun and not ended, by number. `queue` tells which queue is in use."""

    def __init__(self, queue: Callable[[], TraceQueue]) -> None:
        self._queue = queue
        self._numbers = count(1)
        self._open: dict[int, TraceStream] = {}

    def __repr__(self) -> str:
        return f"<Streams {len(self._open)} open>"

    @property
    def methods(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        """What a page can call."""
        return {"stream": self._begin, "streamNext": self._next, "streamEnd": self._end}

    async def _begin(self, conditions: dict[str, Any], waiting: list[str], page_size: int) -> int:
        """`waiting` holds traces that the page has not handed over."""
        query, also = query_from(conditions), [json.loads(text) for text in waiting]
        number = next(self._numbers)
        self._open[number] = self._queue().stream(query, page_size=page_size, also=also)
        return number

    async def _next(self, number: int) -> dict[str, Any] | None:
        """The next page; None at the end."""
        page = await anext(self._open[number], None)
        if page is None:
            del self._open[number]
            return None
        return {"traces": page.traces, "progress": camel_keys(page.progress._asdict())}

    async def _end(self, number: int) -> None:
        """Whoever read it has left."""
        self._open.pop(number, None)


def query_from(conditions: dict[str, Any]) -> TraceQuery:
    """The query that a page means."""
    known = {snake(key): value for key, value in conditions.items() if value is not None}
    try:
        return TraceQuery(**known)
    except TypeError as error:
        raise TypeError(f"query: {error}") from None
