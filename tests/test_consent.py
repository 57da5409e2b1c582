"""Without consent nothing is kept: what waits is given up, what comes is refused and forgotten."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import SimpleFifoQueue, StoreRejected, TraceQueueProcessor
from pyqueue.testing import FaultyStore
from tests.costs.counting import count
from tests.support import down, item, make_core, make_queue, turns

KINDS = pytest.mark.parametrize("kind", [TraceQueueProcessor, SimpleFifoQueue])


def trace(id, priority="normal"):
    return {"id": id, "name": "a", "priority": priority}


async def ids(queue):
    return [found["id"] for found in await queue.query()]


@KINDS
async def test_without_consent_what_is_queued_is_given_up_and_what_comes_is_refused(kind):
    async with make_queue(kind=kind) as queue:
        queue.pause()
        for priority in ("low", "normal", "high", "critical"):
            queue.enqueue(trace(priority, priority))
        queue.set_consent(False)
        verdict = queue.enqueue(trace("later", "critical"))
        queue.resume()
        await queue.flush()
        assert await ids(queue) == []
        metrics = queue.metrics()
    assert (verdict.accepted, verdict.reason) == (False, "consent")
    assert (metrics.evicted, metrics.refused, metrics.memory_usage) == (4, 1, 0)
    assert metrics.dropped_by_reason == {"consent": 5}
    assert not queue.ledger.broken_laws()


async def test_with_consent_again_it_is_as_before_and_no_id_was_remembered():
    async with make_queue() as queue:
        queue.pause()
        queue.enqueue(trace("queued"))
        queue.set_consent(False)
        queue.enqueue(trace("refused"))
        queue.set_consent(True)
        queue.resume()
        assert all(queue.enqueue(trace(id)) for id in ("queued", "refused"))
        await queue.flush()
        assert await ids(queue) == ["queued", "refused"]


@KINDS
def test_to_take_consent_back_costs_no_more_a_trace_where_many_wait(kind):
    def cost(many):
        core = make_core(kind.lanes, max_queue_bytes=2**30)
        for number in range(many):
            core.offer(item(str(number)), 0.0)
        return count(lambda: core.consent(False, 0.0)) / many

    assert cost(1_000) <= 1.2 * cost(100)


async def test_what_is_being_written_ends_as_it_ends():
    store = FaultyStore()
    store.delay = 1.0
    async with make_queue(store) as queue:
        queue.enqueue(trace("in flight", "critical"))
        await turns()
        queue.set_consent(False)
        await queue.flush()
        assert await ids(queue) == ["in flight"]
    assert not queue.ledger.broken_laws()


@pytest.mark.parametrize("before", [True, False], ids=["retrying", "in flight"])
async def test_what_failed_is_not_tried_again(before):
    store = down()
    async with make_queue(store) as queue:
        if not before:
            store.delay = 1.0
        queue.enqueue(trace("failed", "critical"))
        await turns()
        queue.set_consent(False)
        await asyncio.sleep(2)
        store.broken = None
        await asyncio.sleep(3_600)
        assert await ids(queue) == []
        assert queue.metrics().dropped_by_reason == {"consent": 1}
        assert queue.ledger.held == 0
    assert not queue.ledger.broken_laws()


async def test_what_the_store_refuses_meanwhile_becomes_no_dead_letter():
    store = FaultyStore()
    store.broken, store.delay = StoreRejected("no"), 1.0
    async with make_queue(store, max_retries=0) as queue:
        queue.enqueue(trace("poison", "critical"))
        await turns()
        queue.set_consent(False)
        await asyncio.sleep(10)
        assert await queue.list_dead_letters() == []
        assert queue.metrics().dropped_by_reason == {"consent": 1}
    assert not queue.ledger.broken_laws()


async def test_who_waits_for_room_or_for_a_flush_is_answered():
    async with make_queue(down(), max_queue_size=1) as queue:
        queue.pause()
        queue.enqueue(trace("first"))
        put = asyncio.create_task(queue.put(trace("second")))
        await turns()
        queue.set_consent(False)
        assert (await put).reason == "consent"
        await queue.flush()


async def test_events_metrics_and_health_tell_it():
    told = []
    async with make_queue() as queue:
        queue.subscribe(lambda event: told.append((event.kind, dict(event.payload))))
        assert queue.metrics().consent
        queue.set_consent(False)
        queue.set_consent(False)
        assert not queue.metrics().consent
        assert queue.health().reasons == ("there is no consent: every trace is refused",)
        assert queue.desired_size == 0
        queue.set_consent(True)
        assert queue.health().grade == "healthy"
    assert [event for event in told if event[0] == "mode"] == [
        ("mode", {"consent": False}), ("mode", {"consent": True}),
    ]  # fmt: skip


async def test_consent_is_true_or_false():
    queue = make_queue()
    with pytest.raises(TypeError, match="not str"):
        queue.set_consent("no")
