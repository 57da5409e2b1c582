"""What a task of ours awaits in a browser: it goes on at once, not a turn of the loop later."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue.turns import Moment


async def waiting_for(moment: Moment, heard: list[str]) -> None:
    heard.append(await moment)


async def test_a_task_goes_on_in_the_midst_of_what_it_awaited() -> None:
    moment, heard = Moment(), list[str]()
    task = asyncio.ensure_future(waiting_for(moment, heard))
    await asyncio.sleep(0)

    def event() -> None:
        moment.set("done")
        heard.append("the event has ended")

    asyncio.get_running_loop().call_soon(event)
    await task
    assert heard == ["done", "the event has ended"]


async def test_what_came_about_before_is_not_awaited() -> None:
    moment, heard = Moment(), list[str]()
    moment.set("done")
    await waiting_for(moment, heard)
    assert heard == ["done"]


async def test_a_task_that_is_cancelled_awaits_it_no_longer() -> None:
    moment, heard = Moment(), list[str]()
    task = asyncio.ensure_future(waiting_for(moment, heard))
    await asyncio.sleep(0)
    task.cancel()
    moment.set("too late")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == []


async def test_a_time_limit_ends_it() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await Moment()
