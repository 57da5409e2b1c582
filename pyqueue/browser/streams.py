"""Streams and exports that a page reads: each page of traces, or its text, is a call, and in
between nothing is held open."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from importlib import invalidate_caches
from itertools import count
from typing import TYPE_CHECKING, Any

from ..query import TraceQuery
from ..streaming import TraceStream
from ..trace_queue import TraceQueue
from .naming import camel, camel_keys, snake

if TYPE_CHECKING:
    from ..formats.export import TraceExport


class Streams:
    """Those that have begun and not ended, by number. `queue` tells which queue is in use, `unpack`
    brings the files of modules that are imported late."""

    def __init__(
        self, queue: Callable[[], TraceQueue], unpack: Callable[[str], Awaitable[None]]
    ) -> None:
        self._queue = queue
        self._unpack = unpack
        self._numbers = count(1)
        self._open: dict[int, TraceStream | TraceExport] = {}

    def __repr__(self) -> str:
        return f"<Streams {len(self._open)} open>"

    @property
    def methods(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        """What a page can call."""
        return {
            "stream": self._begin,
            "export": self._begin_export,
            "streamNext": self._next,
            "streamEnd": self._end,
        }

    async def _begin(self, conditions: dict[str, Any], waiting: list[str], page_size: int) -> int:
        """`waiting` holds traces that the page has not handed over."""
        query, also = query_from(conditions), [json.loads(text) for text in waiting]
        return self._opened(self._queue().stream(query, page_size=page_size, also=also))

    async def _begin_export(
        self,
        format: str,
        options: dict[str, Any],
        conditions: dict[str, Any],
        waiting: list[str],
        page_size: int,
    ) -> int:
        """The same as a file."""
        if "pyqueue.formats" not in sys.modules:
            await self._unpack("formats")
            invalidate_caches()
        query_from(conditions)  # so that its mistakes are told as those of a query
        export = self._queue().export(
            format,
            options={snake(key): value for key, value in options.items()},
            page_size=page_size,
            also=[json.loads(text) for text in waiting],
            **_known(conditions),
        )
        return self._opened(export)

    def _opened(self, stream: TraceStream | TraceExport) -> int:
        number = next(self._numbers)
        self._open[number] = stream
        return number

    async def _next(self, number: int) -> dict[str, Any] | None:
        """The next page; None at the end."""
        stream = self._open[number]
        try:
            if isinstance(stream, TraceStream):
                page = await anext(stream)
                return {"traces": page.traces, "progress": camel_keys(page.progress._asdict())}
            text = await anext(stream)
            progress = camel_keys(stream.progress._asdict())
            return {"text": text, "count": stream.count, "progress": progress}
        except StopAsyncIteration:
            del self._open[number]
            return None

    async def _end(self, number: int) -> None:
        """Whoever read it has left."""
        self._open.pop(number, None)


def query_from(conditions: dict[str, Any]) -> TraceQuery:
    """The query that a page means."""
    for key in conditions:
        if snake(key) not in TraceQuery.__dataclass_fields__:
            names = ", ".join(map(camel, TraceQuery.__dataclass_fields__))
            raise TypeError(f"query: unknown condition {key!r}; use {names}")
    return TraceQuery(**_known(conditions))


def _known(conditions: dict[str, Any]) -> dict[str, Any]:
    return {snake(key): value for key, value in conditions.items() if value is not None}
