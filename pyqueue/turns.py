"""Tasks and futures that take no more turns of the loop than they must.

In a browser a turn is a task of the browser's and a crossing into Python, which often is more work
than what is done in it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
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
