"""Many waits, each with a limit of its own, on one timer."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue.deadlines import Deadlines
from tests.support import seconds


async def waiting(deadlines, limit, until=60):
    """When the wait was over, and whether its limit ended it."""
    try:
        with deadlines.within(limit):
            await asyncio.sleep(until)
    except TimeoutError:
        return seconds(), True
    return seconds(), False


async def test_each_wait_ends_at_its_own_limit_whatever_the_order():
    deadlines = Deadlines()
    waits = [waiting(deadlines, limit) for limit in (3, 1, 2)]
    assert await asyncio.gather(*waits) == [(3, True), (1, True), (2, True)]


async def test_what_ends_in_time_ends_as_it_ends():
    deadlines = Deadlines()
    assert await waiting(deadlines, 2, until=1) == (1, False)
    assert await waiting(deadlines, 5, until=4) == (5, False)
    with pytest.raises(KeyError), deadlines.within(1):
        raise KeyError


async def test_to_be_cancelled_is_no_timeout():
    task = asyncio.ensure_future(waiting(Deadlines(), 5))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_in_the_very_moment_of_its_limit_it_is_cancelled():
    task = asyncio.ensure_future(waiting(Deadlines(), 5))
    asyncio.get_running_loop().call_later(5, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_makes_something_else_of_the_cancellation_is_not_cancelled_either():
    async def stubborn():
        with Deadlines().within(1):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise KeyError from None

    with pytest.raises(KeyError):
        await stubborn()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_task_goes_on_after_its_limit_as_if_nobody_had_cancelled_it():
    await waiting(Deadlines(), 1)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(1)
    assert seconds() == 2
