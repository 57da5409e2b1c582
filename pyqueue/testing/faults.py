"""A store that fails on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

from ..batch import Batch, DeadLetter
from ..errors import StoreUnavailable
from ..ports import BatchStore, DeadLetterStore, RowWalk, StreamingStore
from ..query import TraceQuery
from ..storage.memory import MemoryStore


class FaultyStore:
    """Passes everything to `inner`, but for the faults that were asked for.

    `writes` lists every batch whose write was attempted; `most_at_once` how many were under way.
    """

    def __init__(self, inner: BatchStore | None = None) -> None:
        self.inner = inner or MemoryStore()
        self.writes: list[Batch] = []
        self.most_at_once = 0
        self.delay = 0.0
        """Seconds that each write takes."""
        self.broken: Exception | None = None
        """Raised by every write while it is set."""
        keeps = hasattr(self.inner, "letters")
        self._letter_box = cast(DeadLetterStore, self.inner) if keeps else MemoryStore()
        self._failures: deque[Exception] = deque()
        self._lost_answers = 0
        self._under_way = 0

    def fail_next(self, times: int = 1, error: Exception | None = None) -> None:
        """Let the next writes fail, by default with `StoreUnavailable`."""
        self._failures.extend([error or StoreUnavailable("asked for")] * times)

    def lose_next_answer(self) -> None:
        """Let the next write reach the store, but fail all the same."""
        self._lost_answers += 1

    async def open(self) -> None:
        await self.inner.open()

    async def write(self, batch: Batch) -> None:
        self.writes.append(batch)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            await asyncio.sleep(self.delay)
            if self._failures:
                raise self._failures.popleft()
            if self.broken is not None:
                raise self.broken
            await self.inner.write(batch)
            if self._lost_answers:
                self._lost_answers -= 1
                raise StoreUnavailable("the answer was lost")
        finally:
            self._under_way -= 1

    async def bury(self, letters: list[DeadLetter]) -> None:
        if self.broken is not None:
            raise self.broken
        await self._letter_box.bury(letters)

    async def letters(self) -> list[DeadLetter]:
        return await self._letter_box.letters()

    async def forget(self, ids: list[str]) -> None:
        await self._letter_box.forget(ids)

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        return await self.inner.query(query)

    def walk(self, query: TraceQuery) -> RowWalk:
        """Where `inner` can be streamed."""
        return cast(StreamingStore, self.inner).walk(query)

    async def close(self) -> None:
        await self.inner.close()
