"""Outages, room and bursts: what users rely on when the store does not do its part."""

from __future__ import annotations

import asyncio

from pyqueue import MemoryStore, Reason, StoreUnavailable, TraceQueueProcessor
from pyqueue.parcel import pack
from pyqueue.testing import VirtualClock
from pyqueue.testing.conformance import ids
from tests.support import down, item, make_queue, turns


class DoorStore(MemoryStore):
    """Can't be opened the first few times, and takes nothing until it is."""

    def __init__(self, failures=1):
        super().__init__()
        self.failures, self.is_open = failures, False

    async def open(self):
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("the door is stuck")
        self.is_open = True

    async def write(self, batch):
        if not self.is_open:
            raise StoreUnavailable("not open")
        await super().write(batch)


async def test_a_store_that_can_not_be_opened_yet_is_opened_later_and_nothing_is_lost():
    store = DoorStore(failures=3)
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a", "id": "kept"})
        await asyncio.sleep(60)
        assert ids(store.traces) == ["kept"]


async def test_what_is_enqueued_before_the_queue_is_entered_is_written_after():
    queue = make_queue()
    queue.enqueue({"name": "a"}, "critical")
    async with queue:
        await turns()
        assert queue.metrics().written == 1


async def test_the_breaker_tells_once_when_it_opens_and_closes_by_itself_when_the_store_is_well():
    store = down()
    async with make_queue(store, max_batch_size=1) as queue:
        states = []
        queue.subscribe(lambda e: states.append(e.payload["state"]) if e.kind == "breaker" else 0)
        for _ in range(30):
            queue.enqueue({"name": "a"})
        await asyncio.sleep(4)
        assert states == ["open"]
        store.broken = None
        await asyncio.sleep(10)
        assert states == ["open", "half-open", "closed"]
        assert queue.metrics().written == 30


async def test_an_open_breaker_probes_with_one_batch_after_each_cooldown():
    store = down()
    async with make_queue(store, max_batch_size=1, breaker_threshold=2) as queue:
        for _ in range(8):
            queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(1)
        before = len(store.writes)
        await asyncio.sleep(50)
        assert len(store.writes) - before == 10
        assert queue.enqueue({"name": "a"})  # nothing is refused for it
        store.broken = None
    assert queue.ledger.broken_laws() == []


async def test_a_trace_does_not_wait_for_the_next_attempt_of_a_batch_that_failed():
    store = down()
    async with make_queue(store, retry_base_delay=5_000, breaker_threshold=99) as queue:
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(0.1)
        store.broken = None
        queue.enqueue({"name": "b"})
        await asyncio.sleep(1.1)
        assert (queue.ledger.total("retrying"), queue.metrics().written) == (1, 1)


async def test_put_lets_others_have_their_turn_though_there_is_room():
    class Ticking(VirtualClock):
        """Each reading takes a ms."""

        readings = 0

        def now(self):
            self.readings += 1
            return super().now() + self.readings

    turned = []
    async with TraceQueueProcessor(store=MemoryStore(), clock=Ticking()) as queue:
        asyncio.get_running_loop().call_soon(turned.append, True)
        for _ in range(100):
            assert await queue.put({"name": "a"})
        assert turned


async def test_put_of_a_trace_that_can_never_enter_does_not_wait_for_room():
    store = down()
    async with make_queue(store, max_trace_bytes=1_000, max_queue_size=1) as queue:
        queue.enqueue({"name": "a"})
        async with asyncio.timeout(1):
            verdict = await queue.put({"name": "a", "attributes": {"pad": "x" * 2_000}})
        assert verdict.reason is Reason.TOO_LARGE
        store.broken = None


async def test_a_thousand_batches_go_to_a_store_that_answers_at_once():
    store = MemoryStore()
    async with make_queue(store, max_batch_size=1) as queue:
        queue.offer_parcels([pack(item(str(n)) for n in range(3_000))])
        await queue.flush()
    assert len(store.rows) == 3_000


async def test_what_many_at_once_lost_is_told():
    async with make_queue(max_queue_size=1, max_trace_bytes=100) as queue:
        drops = []
        queue.subscribe(lambda e: drops.append(dict(e.payload)) if e.kind == "drop" else None)
        queue.offer_parcels([pack(item(str(n), size=200) for n in range(5))])
        await turns()
        assert drops == [{"reason": "too_large", "priority": "normal", "count": 5}]


async def test_after_a_computer_slept_what_is_due_is_written_and_the_breaker_probes():
    store = down()
    async with make_queue(store, breaker_threshold=1) as queue:
        queue.enqueue({"name": "a"})
        await asyncio.sleep(2)
        store.broken = None
        asyncio.get_running_loop().advance(8 * 3_600)
        await turns()
        assert queue.metrics().written == 1
