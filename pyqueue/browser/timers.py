"""Timers that are gone once they are cancelled.

Pyodide's loop leaves a cancelled timer to the browser, which fires it all the same, into Python and
for nothing: every write's deadline would wake a page that has been idle for half a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import js

from .interop import forever

SOON = 0.002
"""Seconds. What is due before that is no timer: the loop posts itself a message."""

LONGEST = (2**31 - 1) / 1000
"""Seconds: the most that a browser's timers know."""


def clear_cancelled_timers() -> None:
    """From now on, in the loop that runs. It must be ours: other code may not expect it."""
    loop: Any = asyncio.get_running_loop()
    if "call_later" not in vars(loop):
        loop.call_later = _Timers(loop).call_later


class _Timer(asyncio.TimerHandle):
    __slots__ = ("disarm",)

    disarm: Callable[[], None]

    def cancel(self) -> None:
        self.disarm()
        super().cancel()


class _Timers:
    """Stands before a loop's own `call_later`."""

    def __init__(self, loop: Any) -> None:
        self._loop = loop
        self._own_call_later = loop.call_later
        self._armed: dict[int, tuple[_Timer, Any]] = {}
        self._last = 0
        self._fire = forever(self._fired)

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        if not SOON < delay < LONGEST:
            handle: asyncio.Handle = self._own_call_later(delay, callback, *args, context=context)
            return handle
        self._last = number = self._last + 1
        timer = _Timer(self._loop.time() + delay, callback, args, self._loop, context)
        timer.disarm = partial(self._disarm, number)
        self._armed[number] = timer, js.setTimeout(self._fire, delay * 1000, number)
        return timer

    def _disarm(self, number: int) -> None:
        if number in self._armed:
            js.clearTimeout(self._armed.pop(number)[1])

    def _fired(self, number: int) -> None:
        timer, _ = self._armed.pop(number)
        self._own_call_later(0, _run, timer)  # as the loop runs whatever is due


def _run(timer: _Timer) -> None:
    if not timer.cancelled():
        timer._run()
