"""What a query streams, as a file: piece by piece, in constant memory."""

from __future__ import annotations

from typing import Self

from ..streaming import Progress, TraceStream
from .registry import Encoder, encode


class TraceExport:
    """Pieces of text for `async for`, which together, as UTF-8, are the file; one may be empty, for
    the sake of progress. May be left at any time."""

    def __init__(self, stream: TraceStream, encoder: Encoder) -> None:
        self._stream = stream
        self._encoder = encoder
        self._head = encoder.begin()
        self._is_over = False
        self.count = 0
        """Traces written so far."""
        self.progress = Progress(0, 0)
        """Of the stream."""

    def __repr__(self) -> str:
        return f"<TraceExport {self.count} traces, {self.progress.rows_read} rows read>"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        if self._is_over:
            raise StopAsyncIteration
        page = await anext(self._stream, None)  # which may raise, and be asked again
        head, self._head = self._head, ""
        if page is None:
            self._is_over = True
            return head + self._encoder.end()
        self.count += len(page.traces)
        self.progress = page.progress
        return head + "".join([encode(self._encoder, trace) for trace in page.traces])
