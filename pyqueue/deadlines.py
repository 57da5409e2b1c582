"""Time limits with one timer for all of them.

Timers cost, most of all in a browser, where a foreign loop does not even take them back: they fire
in the end, however early what they limited was over. So there is one, which goes by the earliest
limit, and not one for each write; and none where nothing is limited.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EARLY = 0.002
"""Seconds by which loops may fire a timer too early."""


class Deadlines:
    """Times are seconds on the running loop's clock."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raises TimeoutError where the current task is in it for longer; one at a time."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        cancelled_before = task.cancelling()
        self._ends[task] = loop.time() + seconds
        self._arm(loop)
        try:
            yield
        except BaseException as error:
            was_late = self._leave(task)
            if (
                was_late
                and isinstance(error, asyncio.CancelledError)
                and task.cancelling() <= cancelled_before
            ):
                raise TimeoutError from None
            raise
        else:
            self._leave(task)

    def stop(self) -> None:
        """Limit nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, float("inf")

    def _leave(self, task: asyncio.Task[Any]) -> bool:
        """Whether its limit had passed: it was cancelled for that alone, and is not any more."""
        del self._ends[task]
        if not self._ends:
            self.stop()
        was_late = task in self._late
        if was_late:
            self._late.discard(task)
            task.uncancel()
        return was_late

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        ends = (end for task, end in self._ends.items() if task not in self._late)
        earliest = min(ends, default=float("inf"))
        if earliest < self._timer_at:
            self.stop()
            self._timer_at = earliest
            self._timer = loop.call_later(max(0.0, earliest - loop.time()), self._ring, loop)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer, self._timer_at = None, float("inf")
        now = loop.time() + EARLY
        for task, end in self._ends.items():
            if end <= now and task not in self._late:
                self._late.add(task)
                task.cancel()
        self._arm(loop)
