"""The service: the queue that the flag names, switched live without losing anything."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import (
    ActionTraceOutputService,
    MemoryStore,
    QueueConfig,
    Reason,
    SimpleFifoQueue,
    StoreUnavailable,
    TraceQueueProcessor,
)
from pyqueue.parcel import pack
from pyqueue.testing import FaultyStore, VirtualClock
from pyqueue.testing.conformance.making import ids
from tests.support import item, make_queue, turns


def make_service(store=None, *, queue="priority", url=None, storage=None, **options):
    return ActionTraceOutputService(
        store=store or FaultyStore(), config=QueueConfig(queue=queue, **options), url=url,
        storage=storage, clock=VirtualClock(), session="s",
    )  # fmt: skip


async def test_the_url_decides_before_the_storage_and_that_before_the_config():
    def kind(**flags):
        return type(make_service(**flags).queue)

    assert kind() is TraceQueueProcessor
    assert kind(queue="fifo") is SimpleFifoQueue
    assert kind(queue="fifo", storage="priority") is TraceQueueProcessor
    assert kind(queue="fifo", storage="priority", url="fifo") is SimpleFifoQueue
    assert kind(queue="fifo", url="nonsense") is SimpleFifoQueue


def test_the_service_works_with_nothing_but_a_store():
    service = ActionTraceOutputService(store=MemoryStore())
    assert service.metrics().mode == "priority"


async def test_it_writes_traces_and_closes_what_it_opened():
    store = FaultyStore()
    async with make_service(store) as service:
        service.write_trace({"name": "a", "id": "1"})
        service.write_trace({"name": "a", "id": "2"}, "high")
        await service.flush()
        assert ids(await service.queue.query()) == ["2", "1"]
        service.write_trace({"name": "late"})
    assert service.metrics().written == 3
    assert service.write_trace({"name": "later"}).reason is Reason.CLOSED


async def test_a_hundred_switches_under_load_lose_nothing_and_repeat_nothing():
    store = FaultyStore()
    store.delay = 0.013
    store.fail_next(9)
    accepted = []
    async with make_service(store, max_batch_size=5, batch_timeout=20) as service:
        events = []
        service.subscribe(lambda event: events.append(event.kind))
        for n in range(400):
            accepted.append(service.write_trace({"name": "a"}, n % 4).id)
            if n % 4 == 3:
                service.set_queue("fifo" if service.queue.kind == "priority" else "priority")
                assert service.queue.ledger.broken_laws() == []
            await asyncio.sleep(0.003)
        await service.flush()
        stored, metrics = ids(store.inner.traces), service.metrics()
    assert sorted(stored) == sorted(accepted)
    assert (metrics.offered, metrics.written) == (400, 400)
    assert events.count("mode") == 100
    assert events.count("batch") == metrics.batches


async def test_what_is_queued_takes_the_order_of_the_queue_it_leaves_through():
    for first, expected in (("priority", ["l", "n", "h"]), ("fifo", ["h", "n", "l"])):
        store = FaultyStore()
        async with make_service(store, queue=first) as service:
            for name, priority in (("l", "low"), ("n", "normal"), ("h", "high")):
                service.write_trace({"name": "a", "id": name}, priority)
            service.set_queue("fifo" if first == "priority" else "priority")
        assert ids(store.inner.traces) == expected


async def test_critical_that_waited_in_the_fifo_queue_goes_at_once_after_the_switch():
    store = FaultyStore()
    async with make_service(store, queue="fifo", batch_timeout=60_000) as service:
        service.write_trace({"name": "a", "id": "n"})
        service.write_trace({"name": "a", "id": "c"}, "critical")
        await asyncio.sleep(1)
        assert store.inner.traces == []
        service.set_queue("priority")
        await turns()
        assert ids(store.inner.traces) == ["c"]


async def test_the_account_goes_on_across_a_switch():
    async with make_service(max_queue_size=2) as service:
        for _ in range(3):
            service.write_trace({"name": "a"})
        await service.flush()
        service.set_queue("fifo")
        service.write_trace({"name": "a"})
        metrics = service.metrics()
        assert (metrics.mode, metrics.offered, metrics.refused) == ("fifo", 4, 1)
        assert (metrics.written, metrics.queued) == (2, 1)


async def test_a_switch_during_an_outage_keeps_retries_and_breaker():
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    async with make_service(store, breaker_threshold=1) as service:
        kept = service.write_trace({"name": "a"}).id
        await asyncio.sleep(2)
        service.set_queue("fifo")
        assert service.metrics().breaker == "open"
        store.broken = None
        await asyncio.sleep(20)
        assert ids(store.inner.traces) == [kept]
        assert service.metrics().breaker == "closed"


async def test_the_old_queue_refuses_from_then_on_and_its_end_closes_nothing():
    async with make_queue() as old:
        new = SimpleFifoQueue.succeed(old)
        verdict = old.enqueue({"name": "a"})
        assert (verdict.accepted, verdict.reason) == (False, Reason.CLOSED)
        old.offer_parcels([pack([item()])])
        assert (await old.put({"name": "a"})).reason is Reason.CLOSED
        assert new.metrics().refused == 3
    assert new.enqueue({"name": "a"})
    await new.aclose()
    assert new.metrics().written == 1


async def test_a_put_that_waits_during_a_switch_gets_in_and_is_not_refused():
    store = FaultyStore()
    store.delay = 1.0
    async with make_service(store, max_queue_size=1, batch_timeout=0) as service:
        service.write_trace({"name": "a"})
        waiting = asyncio.create_task(service.queue.put({"name": "b"}))
        await turns()
        service.set_queue("fifo")
        assert await waiting


async def test_an_unknown_queue_is_an_error_and_changes_nothing():
    async with make_service() as service:
        queue = service.queue
        for word in ("lifo", "", None):
            with pytest.raises(ValueError, match=f"priority, fifo, batch, not {word!r}"):
                service.set_queue(word)
        service.set_queue("priority")  # the one that runs
        assert service.queue is queue
