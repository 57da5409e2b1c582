"""Outages, room and bursts: what users rely on when the store does not do its part."""

from __future__ import annotations

import asyncio

from pyqueue import MemoryStore, Reason, StoreRejected, StoreUnavailable, TraceQueueProcessor
from pyqueue.parcel import pack
from pyqueue.testing import VirtualClock
from pyqueue.testing.conformance.making import ids
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


class GroupingStore(MemoryStore):
    """Takes many batches together, but none with a trace called "bad"."""

    def __init__(self):
        super().__init__()
        self.broken, self.groups = None, []

    async def write(self, batch):
        await self.write_together([batch])

    async def write_together(self, batches):
        await asyncio.sleep(0.001)
        self.groups.append(len(batches))
        if self.broken:
            raise self.broken
        if any('"bad"' in str(row.data) for batch in batches for row in batch.rows):
            raise StoreRejected("a bad trace")
        for batch in batches:
            await super().write(batch)


async def test_what_is_due_together_shares_a_transaction_where_the_store_can_do_that():
    store = GroupingStore()
    async with make_queue(store, max_batch_size=1) as queue:
        queue.offer_parcels([pack(item(str(n)) for n in range(20))])
        await queue.flush()
        assert (store.groups, len(store.rows)) == ([8, 8, 4], 20)
        assert queue.metrics().batches == 20


async def test_a_batch_that_is_refused_takes_none_of_its_group_along():
    store = GroupingStore()
    async with make_queue(store, max_batch_size=1, max_retries=0) as queue:
        queue.offer_parcels([pack(item(id) for id in ("a", "bad", "c"))])
        await queue.flush()
        assert ids(store.traces) == ["a", "c"]
        assert (queue.metrics().dead, store.groups) == (1, [3, 1, 1, 1])


class TextElsewhere:
    """A text of the browser's, as Python sees it."""

    def __init__(self, texts):
        self.texts, self.is_released = texts, False

    def __str__(self):
        assert not self.is_released
        return ",".join(self.texts)

    def array(self, *others):
        return TextElsewhere([str(text) for text in (self, *others)])

    def release(self):
        self.is_released = True


class TextStore(GroupingStore):
    """Keeps what a row's data was, and the data itself."""

    async def write_together(self, batches):
        await asyncio.sleep(0.001)
        if self.broken:
            raise self.broken
        self.rows += [(str(row.data), row.data) for batch in batches for row in batch.rows]


async def test_a_text_that_stays_elsewhere_is_held_until_it_is_durable_and_no_longer():
    store = TextStore()
    store.broken = StoreUnavailable("out")
    parcels = [pack([item(id)]) for id in "ab"]
    texts = [str(parcel.text) for parcel in parcels]
    for parcel in parcels:
        parcel.text = TextElsewhere([parcel.text])
    async with make_queue(store) as queue:
        queue.offer_parcels(parcels)
        await asyncio.sleep(1)
        assert not any(parcel.text.is_released for parcel in parcels)
        store.broken = None
        await asyncio.sleep(10)
        [(written, joined)] = store.rows
        assert written == ",".join(texts)
        assert joined.is_released
        assert all(parcel.text.is_released for parcel in parcels)


async def test_an_outage_that_meets_a_group_loses_none_of_it():
    store = GroupingStore()
    store.broken = StoreUnavailable("out")
    async with make_queue(store, max_batch_size=1) as queue:
        queue.offer_parcels([pack(item(str(n)) for n in range(3))])
        await asyncio.sleep(1)
        store.broken = None
        await asyncio.sleep(10)
        assert ids(store.traces) == ["0", "1", "2"]


async def test_what_is_urgent_waits_for_no_company():
    store = GroupingStore()
    async with make_queue(store, max_batch_size=1) as queue:
        queue.offer_parcels(pack([item(str(n), priority)]) for n, priority in enumerate((0, 3, 1)))
        await queue.flush()
        assert store.groups == [1, 2]


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
