"""The snapshot: every figure of the contract, rates in 0..1, and frozen."""

from __future__ import annotations

import asyncio
from dataclasses import FrozenInstanceError, asdict, fields

import pytest

from pyqueue import HeapReading, QueueMetrics
from tests.support import FaultyStore, Heap, make_queue

COUNTS = [
    "offered", "accepted", "refused", "evicted", "cancelled", "written", "dead", "queued",
    "in_flight", "retrying", "failures",
]  # fmt: skip
LABELS = ["critical", "high", "normal", "low"]


def test_it_has_every_figure_of_the_contract():
    promised = [
        *COUNTS, "by_priority", "dropped_by_reason", "throughput", "avg_latency", "latency_p50",
        "latency_p99", "memory_usage", "heap", "pressure", "batches", "full_batches",
        "batch_efficiency", "drop_rate", "breaker", "mode", "uptime",
    ]  # fmt: skip
    assert {field.name for field in fields(QueueMetrics)} >= set(promised)


async def test_a_queue_at_rest_reports_nothing_but_itself():
    async with make_queue() as queue:
        found = asdict(queue.metrics())
    assert [found[count] for count in COUNTS] == [0] * 11
    assert (found["batch_efficiency"], found["drop_rate"], found["throughput"]) == (0, 0, 0)
    assert (found["pressure"], found["breaker"], found["mode"]) == ("none", "closed", "priority")
    assert (found["heap"], found["memory_usage"]) == (None, 0)
    for name in ("avg_latency", "latency_p50", "latency_p99"):
        assert found[name] == dict.fromkeys(LABELS)


async def test_the_counts_by_priority_add_up_to_the_totals():
    store = FaultyStore()
    store.fail_next(3)
    async with make_queue(store, max_queue_size=20, max_batch_size=3) as queue:
        for n in range(100):
            queue.enqueue({"name": "a", "id": str(n)}, n % 4)
            if n % 10 == 0:
                queue.cancel(str(n))
                await asyncio.sleep(0.02)
        found = asdict(queue.metrics())
    assert list(found["by_priority"]) == LABELS
    for count in COUNTS:
        assert found[count] == sum(found["by_priority"][label][count] for label in LABELS)


async def test_rates_lie_between_zero_and_one_although_far_more_is_refused_than_accepted():
    async with make_queue(max_queue_size=1, max_batch_size=1) as queue:
        for _ in range(10):
            queue.enqueue({"name": "a"})
        await queue.flush()
        metrics = queue.metrics()
    assert metrics.drop_rate == 0.9
    assert metrics.batch_efficiency == 1.0


async def test_what_is_dropped_is_what_was_refused_evicted_or_given_up_among_the_offered():
    store = FaultyStore()
    store.fail_next(3, ValueError("poison"))
    async with make_queue(store, max_queue_size=2, max_retries=0) as queue:
        for priority in ("low", "normal", "high", "low"):  # the first is evicted, the last refused
            queue.enqueue({"name": "a"}, priority)
        await queue.flush()
        metrics = queue.metrics()
    assert (metrics.evicted, metrics.refused, metrics.dead) == (1, 1, 2)
    assert metrics.drop_rate == 1.0
    assert metrics.dropped_by_reason == {"queue_full": 2, "retries": 2}


async def test_throughput_is_what_became_durable_per_second():
    async with make_queue(max_batch_size=10) as queue:
        for _ in range(100):
            queue.enqueue({"name": "a"})
        await asyncio.sleep(4)
        metrics = queue.metrics()
    assert (metrics.throughput, metrics.uptime) == (25.0, 4_000.0)


async def test_latency_is_measured_by_priority_from_the_call_until_it_is_durable():
    store = FaultyStore()
    store.delay = 0.2
    async with make_queue(store, batch_timeout=1_000) as queue:
        queue.enqueue({"name": "a"}, "low")
        await asyncio.sleep(2)
        queue.enqueue({"name": "a"}, "critical")
        await queue.flush()
        metrics = queue.metrics()
    assert metrics.avg_latency["critical"] == pytest.approx(200)
    assert metrics.avg_latency["low"] == pytest.approx(1_200)
    assert metrics.latency_p99["low"] == pytest.approx(1_200)
    assert metrics.latency_p50["normal"] is None


async def test_memory_usage_counts_until_a_trace_is_durable():
    store = FaultyStore()
    store.delay = 1.0
    async with make_queue(store, batch_timeout=0) as queue:
        queue.enqueue({"name": "a"})
        held = queue.metrics().memory_usage
        assert held > 0
        await asyncio.sleep(0.5)  # in flight
        assert (queue.metrics().in_flight, queue.metrics().memory_usage) == (1, held)
        await asyncio.sleep(1)
        assert queue.metrics().memory_usage == 0


async def test_it_shows_the_platform_s_heap_as_it_was_read_last():
    heap = Heap(HeapReading(300, 1_000))
    async with make_queue(memory=heap) as queue:
        queue.enqueue({"name": "a"})
        assert queue.metrics().heap == {"used": 300, "limit": 1_000}
        heap.reading = HeapReading(900, 1_000)
        await asyncio.sleep(0.06)
        assert not queue.enqueue({"name": "a"})
        assert queue.metrics().heap == {"used": 900, "limit": 1_000}
        assert queue.metrics().pressure == "hard"


async def test_a_snapshot_does_not_change_with_the_queue():
    async with make_queue(max_queue_size=1) as queue:
        before = queue.metrics()
        copy = asdict(before)
        for _ in range(3):
            queue.enqueue({"name": "a"})
        assert asdict(before) == copy
        with pytest.raises(FrozenInstanceError):
            before.offered = 5
