"""What can be changed while a queue runs, and what its traces may ask for."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import FlushError, SimpleFifoQueue, TraceBatchQueue, TraceQueueProcessor
from pyqueue.testing.conformance.making import ids
from tests.support import FaultyStore, item, make_queue, turns

both = pytest.mark.parametrize("kind", [TraceQueueProcessor, SimpleFifoQueue])


@both
async def test_a_paused_queue_takes_traces_and_writes_none_until_it_is_resumed(kind):
    async with make_queue(kind=kind) as queue:
        queue.pause()
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(3_600)
        assert queue.metrics().written == 0
        queue.resume()
        await turns()
        assert queue.metrics().written == 1


async def test_flushing_a_paused_queue_says_so_and_closing_it_writes_all_the_same():
    async with make_queue() as queue:
        queue.pause()
        queue.enqueue({"name": "a"})
        with pytest.raises(FlushError):
            await queue.flush()
    assert queue.metrics().written == 1


async def test_pausing_tells_once():
    seen = []
    async with make_queue() as queue:
        queue.subscribe(lambda event: seen.append(dict(event.payload)))
        for _ in range(2):
            queue.pause()
        queue.resume()
        await turns()
    assert seen == [{"paused": True}, {"paused": False}]


async def test_new_limits_hold_at_once_and_what_is_held_stays():
    store = FaultyStore()
    async with make_queue(store) as queue:
        for _ in range(10):
            queue.enqueue({"name": "a"})
        queue.reconfigure(max_queue_size=5, max_batch_size=2)
        assert not queue.enqueue({"name": "a"})
        await queue.flush()
        assert queue.metrics().written == 10
        assert {batch.count for batch in store.writes} == {2}
        assert [bool(queue.enqueue({"name": "a"})) for _ in range(6)] == [True] * 5 + [False]


async def test_reconfiguring_at_full_load_loses_nothing():
    store = FaultyStore()
    store.delay = 0.003
    async with make_queue(store, max_batch_size=5) as queue:
        for n in range(500):
            queue.enqueue({"name": "a", "id": str(n)}, n % 4)
            if n % 50 == 0:
                queue.reconfigure(max_batch_size=1 + n // 50, max_in_flight=1 + n % 3)
                await asyncio.sleep(0.001)
        await queue.flush()
    assert sorted(map(int, ids(store.inner.traces))) == list(range(500))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"max_batch_size": 0}, "max_batch_size"),
        ({"colour": 1}, "colour"),
        ({"queue": "fifo"}, "queue"),
    ],
)
async def test_a_wrong_change_is_named_and_changes_nothing(changes, word):
    async with make_queue() as queue:
        before = queue.config
        with pytest.raises(ValueError, match=word):
            queue.reconfigure(max_queue_size=7, **changes)
        assert queue.config == before


@both
async def test_what_is_not_worth_writing_any_more_is_not_written(kind):
    async with make_queue(kind=kind, time_to_live=500) as queue:
        queue.enqueue({"name": "a", "id": "old"}, "low")
        queue.enqueue({"name": "a", "id": "short"}, "low", ttl=100)
        await asyncio.sleep(0.8)
        queue.enqueue({"name": "a", "id": "new"})
        await queue.flush()
        metrics = queue.metrics()
        assert ids(await queue.query()) == ["new"]
    assert metrics.dropped_by_reason == {"expired": 2}
    assert queue.ledger.broken_laws() == []


async def test_critical_does_not_expire_and_what_stops_being_critical_does():
    async with make_queue(time_to_live=500) as queue:
        queue.pause()
        queue.enqueue({"name": "a", "id": "kept"}, "critical")
        queue.enqueue({"name": "a", "id": "gone"}, "critical", ttl=100)
        await asyncio.sleep(60)
        queue.reprioritize("gone", "low")
        queue.resume()
        await queue.flush()
        assert ids(await queue.query()) == ["kept"]


async def test_a_write_that_is_never_answered_is_tried_again():
    store = FaultyStore()
    store.delay = 1e9
    async with make_queue(store, write_timeout=2_000) as queue:
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(1)
        store.delay = 0
        await asyncio.sleep(5)
        assert queue.metrics().written == 1
        assert queue.metrics().failures == 1


async def test_low_is_written_although_more_of_higher_priority_comes_than_goes():
    store = FaultyStore()
    store.delay = 0.1
    async with make_queue(store, max_batch_size=8, max_in_flight=1, max_wait=2_000) as queue:
        for n in range(20):
            queue.enqueue({"name": "a", "id": f"low{n}"}, "low")
        for _ in range(60):  # 10 of HIGH for every 8 that can be written
            for _ in range(10):
                queue.enqueue({"name": "a"}, "high")
            await asyncio.sleep(0.1)
        stored = [id for id in ids(store.inner.traces) if id.startswith("low")]
    assert stored == [f"low{n}" for n in range(20)]


async def test_in_batch_mode_critical_too_waits_for_its_batch():
    async with make_queue(kind=TraceBatchQueue) as queue:
        queue.enqueue({"name": "a"}, "low")
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(0.9)
        assert queue.metrics().written == 0
        await asyncio.sleep(0.2)
        assert queue.metrics().batches == 1
        assert [trace["priority"] for trace in await queue.query()] == ["critical", "low"]


@both
async def test_a_producer_can_wait_until_the_queue_wants_more(kind):
    store = FaultyStore()
    store.delay = 0.5
    async with make_queue(store, kind, max_queue_size=10, batch_timeout=0) as queue:
        assert queue.desired_size == 10
        for _ in range(10):
            queue.enqueue({"name": "a"})
        assert queue.desired_size == 0
        await queue.ready()
        assert queue.desired_size == 10
        assert asyncio.get_running_loop().time() >= 0.5
    assert queue.desired_size == 0
    await queue.ready()  # a closed queue wants nothing, and lets nobody wait


async def test_a_queue_whose_bytes_are_used_up_wants_nothing_more():
    async with make_queue(max_queue_bytes=100) as queue:
        queue.offer(item(size=100))
        assert queue.desired_size == 0
        await queue.flush()
        assert queue.desired_size == 50_000
