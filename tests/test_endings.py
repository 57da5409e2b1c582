"""Stores that never answer, give up, or come back in the last moment."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from pyqueue import FlushError, HeapReading, MemoryStore, StoreUnavailable, TraceQueueProcessor
from pyqueue.testing import VirtualClock
from tests.support import FaultyStore, Heap, make_queue


async def test_a_closed_queue_writes_nothing_more_whatever_is_asked_of_it():
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"}, "critical")
    attempts = len(store.writes)
    store.broken = None
    queue.enqueue({"name": "late"})
    queue.cancel("unknown")
    await asyncio.sleep(7_200)
    assert len(store.writes) == attempts


async def test_a_store_that_is_well_again_while_the_queue_closes_gets_what_is_held():
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    async with make_queue(store, breaker_threshold=2, retry_max_delay=200) as queue:
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(1)
        assert queue.metrics().breaker == "open"
        asyncio.get_running_loop().call_later(1, setattr, store, "broken", None)
    assert queue.metrics().written == 1


class SlowDoor(MemoryStore):
    """Does not answer the first call to open."""

    calls = at_once = most_at_once = 0

    async def open(self):
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(1e9 if self.calls == 1 else 1)
        finally:
            self.at_once -= 1


async def test_a_store_that_does_not_open_keeps_nobody_waiting_and_is_opened_one_at_a_time():
    store = SlowDoor()
    async with make_queue(store, max_batch_size=1, write_timeout=2_000) as queue:
        for _ in range(8):
            queue.enqueue({"name": "a"})
        await queue.flush()
    assert len(store.traces) == 8
    assert store.most_at_once == 1


class Quitter(MemoryStore):
    """Something that it awaits is cancelled, a few times."""

    cancelled = 6

    async def write(self, batch):
        if self.cancelled:
            self.cancelled -= 1
            raise asyncio.CancelledError
        await super().write(batch)


async def test_a_cancellation_inside_the_store_is_a_failed_write_and_no_lost_place():
    store = Quitter()
    async with make_queue(store, max_batch_size=1) as queue:
        for _ in range(8):
            queue.enqueue({"name": "a"})
        await queue.flush()
        assert queue.ledger.broken_laws() == []
    assert len(store.traces) == 8


async def test_nobody_waits_for_a_queue_that_has_ended():
    store = FaultyStore()
    store.delay = 1e9
    queue = await make_queue(store, max_queue_size=1).__aenter__()
    queue.enqueue({"name": "a"})
    waiting = [queue.flush(None), queue.ready(), queue.put({"name": "b"})]
    waiting = [asyncio.create_task(one) for one in waiting]
    await asyncio.sleep(0.1)
    assert await queue.aclose(0.2) == 1
    flushed, ready, verdict = await asyncio.gather(*waiting, return_exceptions=True)
    assert (type(flushed), ready, verdict.reason) == (FlushError, None, "closed")
    assert str(flushed) == "1 trace is not durable, the queue is closed"
    with pytest.raises(FlushError, match="closed"):
        await queue.flush(None)
    await queue.ready()
    assert await queue.aclose(None) == 1


async def test_a_write_that_somebody_cancels_is_tried_again():
    store = FaultyStore()
    store.delay = 0.2
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        flushing = asyncio.create_task(queue.flush())
        await asyncio.sleep(0.1)
        for task in asyncio.all_tasks() - {asyncio.current_task(), flushing}:
            task.cancel()
        await flushing
        assert (queue.metrics().written, len(store.writes)) == (1, 2)
        assert queue.ledger.broken_laws() == []


async def test_a_heap_that_is_free_again_is_seen_by_who_only_looks():
    heap = Heap(HeapReading(90, 100))
    async with make_queue(memory=heap) as queue:
        assert not queue.enqueue({"name": "a"})
        assert queue.desired_size == 0
        heap.reading = HeapReading(10, 100)
        await asyncio.sleep(1)
        assert queue.desired_size == 50_000
        assert queue.metrics().pressure == "none"


class Raising:
    def read(self):
        raise OSError("no such counter")


async def test_a_memory_probe_that_raises_is_asked_no_more_and_harms_nobody():
    async with make_queue(memory=Raising()) as queue:
        assert queue.enqueue({"name": "a"})
        await queue.flush()
        assert queue.metrics().written == 1


@pytest.mark.parametrize("reading", [(10, 100), {"used": 1}, HeapReading(1, None), 5], ids=str)
async def test_a_memory_probe_that_answers_nonsense_is_asked_no_more_either(reading):
    heap = Heap(HeapReading(99, 100))
    async with make_queue(memory=heap) as queue:
        assert not queue.enqueue({"name": "a"})
        heap.reading = reading
        await asyncio.sleep(1)
        assert all(queue.enqueue({"name": "a"}) for _ in range(3))
        assert queue.metrics().heap is None


class WildClock(VirtualClock):
    """Goes backwards, raises, and is no number."""

    readings = 0

    def now(self):
        self.readings += 1
        if self.readings % 5 == 3:
            raise OSError("no clock")
        return [super().now(), super().now() - 5_000, float("nan")][self.readings % 3]

    def wall(self):
        if self.readings > 2:
            raise OSError("no clock")
        return super().wall()


async def test_a_clock_that_raises_or_goes_backwards_loses_nothing():
    queue = TraceQueueProcessor(store=MemoryStore(), clock=WildClock())
    async with queue:
        for n in range(50):
            assert queue.enqueue({"name": "a"}, n % 4)
        await queue.flush()
        assert queue.metrics().written == 50
    assert queue.ledger.broken_laws() == []


class LostClock(VirtualClock):
    """Before 1970, and then no time at all."""

    time = -1.0

    def wall(self):
        return self.time


async def test_a_time_that_is_none_makes_no_trace_that_can_not_be_read():
    clock = LostClock()
    async with TraceQueueProcessor(store=MemoryStore(), clock=clock) as queue:
        queue.enqueue({"name": "a"})
        for clock.time in (float("nan"), float("inf")):
            queue.enqueue({"name": "a"})
        await queue.flush()
        assert [trace["timestamp"] for trace in await queue.query()] == [-1.0] * 3


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize("retries", [0, 1])
async def test_an_error_that_can_not_say_what_it_is_loses_nothing(retries):
    store = FaultyStore()
    store.fail_next(1, Speechless())
    async with make_queue(store, max_retries=retries) as queue:
        queue.enqueue({"name": "a"})
        await queue.flush()
        metrics = queue.metrics()
        assert (metrics.written, metrics.dead) == (retries, 1 - retries)
        assert [letter.error for letter in queue.dead_letters] == [
            "Speechless: [unreadable]"
        ] * metrics.dead
        store.broken = Speechless()
        queue.enqueue({"name": "b"}, "critical")
        with suppress(FlushError):
            await queue.flush(1)
    assert queue.ledger.broken_laws() == []


async def test_closing_says_how_many_could_not_be_written():
    store = FaultyStore()
    queue = make_queue(store)
    async with queue:
        store.broken = StoreUnavailable("down")
        for _ in range(3):
            queue.enqueue({"name": "a"})
        assert await queue.aclose(0.5) == 3
    store = MemoryStore()
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        assert await queue.aclose() == 0


async def test_an_abandoned_queue_writes_nothing_more():
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    queue = await make_queue(store).__aenter__()
    queue.enqueue({"name": "a"})
    await asyncio.sleep(1)
    attempts = len(store.writes)
    queue.abandon()
    store.broken = None
    await asyncio.sleep(7_200)
    assert len(store.writes) == attempts
    assert not queue.enqueue({"name": "late"}).accepted
