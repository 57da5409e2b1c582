"""What happened lately, and how a queue is."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import Health, StoreRejected, StoreUnavailable
from tests.support import FaultyStore, make_queue


async def test_a_window_counts_the_last_minutes_only():
    async with make_queue() as queue:
        for _ in range(10):  # minutes
            for _ in range(6):
                queue.enqueue({"name": "a"})
                await asyncio.sleep(10)
        await queue.flush()
        last, all_of_it = queue.window(5), queue.window(1_440)
    assert 5 * 6 - 6 <= last.offered <= 5 * 6 + 6
    assert last.throughput == pytest.approx(0.1, rel=0.25)
    assert all_of_it.offered == all_of_it.written == 60


async def test_what_happened_before_a_quiet_time_is_not_of_the_last_minutes():
    async with make_queue(max_trace_bytes=200) as queue:
        await asyncio.sleep(10)
        for name in ("a", "a" * 300):
            queue.enqueue({"name": name})
        await queue.flush()
        await asyncio.sleep(10 * 3_600)
        assert (queue.window(1).offered, queue.window(60).dropped) == (0, 0)
        assert queue.health() == Health("healthy", ())
        queue.enqueue({"name": "b"})
        await queue.flush()
        assert (queue.window(60).offered, queue.window(60).written) == (1, 1)
        assert (queue.window(1_440).offered, queue.window(1_440).dropped) == (3, 1)


async def test_a_window_without_anything_is_a_success():
    async with make_queue() as queue:
        queue.enqueue({"name": "a"})
        await asyncio.sleep(7_200)
        queue.enqueue({"name": "a"})
        await queue.flush()
        await asyncio.sleep(3_700)
        window = queue.window(60)
    assert (window.offered, window.success_rate, window.drop_rate) == (0, 1.0, 0.0)


@pytest.mark.parametrize("minutes", [0, -1, 1_441, float("nan")])
async def test_a_window_is_at_most_a_day(minutes):
    async with make_queue() as queue:
        with pytest.raises(ValueError, match="minutes"):
            queue.window(minutes)


async def test_a_quiet_queue_is_healthy():
    async with make_queue() as queue:
        queue.enqueue({"name": "a"})
        await queue.flush()
        assert queue.health() == Health("healthy", ())


async def test_a_queue_filling_up_is_degraded_and_then_unhealthy_and_says_why():
    async with make_queue(max_queue_size=100, max_batch_size=1_000) as queue:
        for _ in range(75):
            queue.enqueue({"name": "a"})
        assert queue.health().grade == "degraded"
        for _ in range(20):
            queue.enqueue({"name": "a"})
        assert queue.health().grade == "unhealthy"
        assert queue.health().reasons == ("the queue is 95% full",)


async def test_a_failing_store_makes_it_unhealthy_until_it_is_well_again():
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        await asyncio.sleep(60)
        assert queue.health().grade == "unhealthy"
        assert "the circuit breaker is open" in queue.health().reasons
        store.broken = None
        await asyncio.sleep(60)
        assert queue.health().grade == "healthy"


async def test_dead_letters_that_nobody_reviewed_weigh_on_it():
    store = FaultyStore()
    store.broken = StoreRejected("never")
    async with make_queue(store, max_retries=0) as queue:
        for n in range(25):
            queue.enqueue({"name": "a", "id": str(n)})
        await queue.flush()
        assert "25 dead letters are not reviewed" in queue.health().reasons
        store.broken = None
        for n in range(25):
            await queue.review_dead_letter(str(n), "known")
        assert not [reason for reason in queue.health().reasons if "reviewed" in reason]
