"""An event loop whose time passes only when nothing is left to do.

Timers fire in order and at once, `asyncio.sleep` included; no test that runs on it waits. It does
no I/O, so it runs wherever Python runs, also inside Pyodide. After trio's `MockClock(autojump)`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = 1_750_000_000_000.0
"""Wall time, in ms, when a virtual loop's time is 0."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Jumps to the next timer as soon as no callback is ready."""

    MOST_TURNS = 1_000_000
    """Of the loop at one instant: who takes more would take them for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._turns = 0
        self._selector = self  # BaseEventLoop asks it to wait; waiting is all it does

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """In place of waiting for I/O: time passes."""
        if timeout is None:
            raise RuntimeError("deadlock: every task waits, and no timer is armed")
        self._turns = 0 if timeout else self._turns + 1
        if self._turns > self.MOST_TURNS:
            raise RuntimeError(f"livelock: {self._turns} turns at one instant: await a sleep")
        self._now += timeout
        return []

    def advance(self, seconds: float) -> None:
        """Let the clock jump, as when a laptop slept. Timers then fire late."""
        self._now += seconds

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nothing to wake: no other thread."""


class VirtualClock:
    """The running loop's time, in ms. `skew` (ms) shifts the wall clock alone."""

    def __init__(self) -> None:
        self.skew = 0.0

    def now(self) -> float:
        return asyncio.get_running_loop().time() * 1000

    def wall(self) -> float:
        return EPOCH + self.now() + self.skew


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a loop of its own. Raises what it raises; RuntimeError where it
    waits for something that can never come, or spins."""
    loop = VirtualLoop()
    with _outer_loop_aside():
        try:
            return loop.run_until_complete(main)
        finally:
            loop.close()


@contextmanager
def _outer_loop_aside() -> Iterator[None]:
    """In a browser a loop always runs. asyncio allows one at a time, and one task in it, so both
    step aside; nothing of theirs runs meanwhile, since nothing here yields to JavaScript."""
    try:
        outer = asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    task = asyncio.current_task(outer)
    if task is not None:
        asyncio.tasks._leave_task(outer, task)
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)
        if task is not None:
            asyncio.tasks._enter_task(outer, task)
