"""Tasks and futures that take no more turns of the loop than they must.

In a browser a turn is a task of the browser's and a crossing into Python, which often is more work
than what is done in it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any


def start(work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
    """Run it as a task, at once up to its first wait where Python can do that. `among` holds the
    task until it is done."""
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12):
        task = asyncio.Task(_held(work, among), loop=loop, eager_start=True)
    else:
        task = loop.create_task(_held(work, among))
    if not task.done():
        among.add(task)


async def _held(work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
    try:
        await work
    finally:  # by itself, for a callback would be another turn
        task = asyncio.current_task()
        assert task is not None
        among.discard(task)


def future() -> asyncio.Future[Any]:
    """Not the loop's own kind: of Pyodide's, each takes another turn to end."""
    return asyncio.Future(loop=asyncio.get_running_loop())


class Moment:
    """What one task awaits, and goes on in the midst of: of a future it would hear a turn later.
    It must not come about while another task runs."""

    _asyncio_future_blocking = False  # what asyncio asks of things that its tasks await

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._go_on: Callable[[], object] | None = None
        self._is_cancelled = False
        self._result: list[Any] = []

    def __await__(self) -> Generator[Moment, None, Any]:
        if not self._result:
            self._asyncio_future_blocking = True
            yield self
        return self.result()

    def set(self, result: Any) -> None:
        """It is there; once."""
        self._result.append(result)
        if self._go_on is not None and not self._is_cancelled:
            self._go_on()

    # The rest is for the task

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def add_done_callback(self, wake: Callable[[Moment], object], *, context: Context) -> None:
        self._go_on = lambda: context.run(wake, self)

    def cancel(self, msg: object = None) -> bool:
        if self._result or self._is_cancelled:
            return False
        self._is_cancelled = True
        if self._go_on is not None:
            self._loop.call_soon(self._go_on)
        return True

    def result(self) -> Any:
        if self._is_cancelled:
            raise asyncio.CancelledError
        return self._result[0]
