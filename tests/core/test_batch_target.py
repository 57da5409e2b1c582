"""Batches are small and prompt when it is quiet, and large under load."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue.core.batch_target import BatchTarget
from tests.support import FaultyStore, make_queue, turns


async def feed(queue, per_second, seconds):
    for _ in range(per_second * seconds):
        queue.enqueue({"name": "a"})
        await asyncio.sleep(1 / per_second)


async def test_after_a_quiet_while_a_single_trace_is_written_at_once():
    async with make_queue() as queue:
        for _ in range(12):
            queue.enqueue({"name": "click"})
            await asyncio.sleep(5)
        before = queue.metrics().written
        queue.enqueue({"name": "click"})
        await turns()
        assert queue.metrics().written == before + 1


async def test_after_a_quiet_while_a_burst_still_goes_in_full_batches():
    store = FaultyStore()
    store.delay = 0.005
    async with make_queue(store) as queue:
        await feed(queue, 1, 30)
        quiet = len(store.writes)
        for _ in range(10_000):
            queue.enqueue({"name": "a"})
        await queue.flush()
    assert len(store.writes) - quiet <= 1.2 * 10_000 / 250


@pytest.mark.parametrize("before", [1, 20, 3_000])
async def test_under_the_seed_s_load_more_than_70_percent_of_the_batches_are_full(before):
    store = FaultyStore()
    store.delay = 0.005
    async with make_queue(store) as queue:
        await feed(queue, before, 5)
        await asyncio.sleep(1)
        start = queue.metrics()
        await feed(queue, 500, 60)
        metrics = queue.metrics()
    batches = metrics.batches - start.batches
    assert (metrics.full_batches - start.full_batches) / batches > 0.7
    assert batches <= 60 * 4 + 10  # no more than four a second, but for the first few
    assert metrics.drop_rate == 0
    assert metrics.latency_p99["normal"] <= 1_200


def test_slow_writes_make_larger_batches():
    target = BatchTarget(most=250, timeout=1_000)
    for _ in range(20):
        target.timed_out(1, 0.0)
    for _ in range(50):
        target.written(2_000.0)
    for now in range(600, 6_000, 600):  # slower than a quarter of the timeout, faster than a write
        target.reached(0, now)
    assert target.size == 250


def test_it_stays_within_its_limits_whatever_happens():
    target = BatchTarget(most=10, timeout=1_000)
    for n in range(100):
        target.reached(backlog=n, now=float(n))
        assert 1 <= target.size <= 10
    for n in range(100):
        target.timed_out(n % 3, float(n))
        assert 1 <= target.size <= 10
