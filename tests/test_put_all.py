"""Many traces in one call: they go together where they may, and one by one where they must."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import MemoryStore, Reason, Redaction, SimpleFifoQueue, TraceQueueProcessor
from pyqueue.testing import FaultyStore, VirtualClock
from pyqueue.testing.conformance.making import ids
from tests.support import down, make_queue, seconds, turns


def traces(*names, **fields):
    """Named "c1", "h2", "n3", "l4": the first letter is the priority."""
    priorities = {"c": "critical", "h": "high", "n": "normal", "l": "low"}
    return [{"name": "a", "id": name, "priority": priorities[name[0]], **fields} for name in names]


def parcels(queue):
    """What is queued, as it travels."""
    return [list(item.ids) for item in queue._core.lanes.items()]


async def test_they_travel_together_by_priority_and_in_the_plain_queue_by_arrival():
    some = traces("l1", "l2", "h1", "n1", "h2", "l3")
    async with make_queue() as queue:
        await queue.put_all(some)
        assert parcels(queue) == [["h1", "h2"], ["n1"], ["l1", "l2", "l3"]]
    async with make_queue(kind=SimpleFifoQueue) as queue:
        await queue.put_all(some)
        assert parcels(queue) == [["l1", "l2"], ["h1"], ["n1"], ["h2"], ["l3"]]


async def test_no_more_travel_together_than_go_into_a_batch():
    async with make_queue(max_batch_size=4, max_batch_bytes=2_000) as queue:
        queue.pause()
        await queue.put_all(traces(*(f"n{n}" for n in range(10))))
        assert [len(parcel) for parcel in parcels(queue)] == [4, 4, 2]
        await queue.put_all(traces("n10", "n11", "n12", attributes={"pad": "x" * 700}))
        assert parcels(queue)[3:] == [["n10", "n11"], ["n12"]]
        await queue.put_all(traces("n13", "n14", attributes={"pad": "x" * 2_000}))
        assert parcels(queue)[5:] == [["n13"], ["n14"]]


async def test_critical_is_written_at_once_and_before_the_others():
    store = FaultyStore()
    async with make_queue(store, batch_timeout=60_000) as queue:
        await queue.put_all(traces("n1", "c1", "n2", "c2"))
        await turns()
        assert ids(store.inner.traces) == ["c1", "c2"]
        assert queue.metrics().queued == 2


async def test_the_others_are_written_when_the_first_has_waited_long_enough():
    store = FaultyStore()
    async with make_queue(store, batch_timeout=1_000) as queue:
        await queue.put_all(traces("n1", "l1", "n2"))
        await asyncio.sleep(0.9)
        await queue.put_all(traces("n3"))
        await asyncio.sleep(0.2)
        assert ids(store.inner.traces) == ["n1", "n2", "n3", "l1"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"rate_limit": 1, "rate_burst": 2}, Reason.RATE_LIMITED),
        ({"sample_rate": 0}, Reason.SAMPLED_OUT),
        ({"max_trace_bytes": 50}, Reason.TOO_LARGE),
        ({"max_queue_bytes": 50}, Reason.QUEUE_BYTES),
    ],
)
async def test_each_is_judged_as_if_it_came_alone(options, reason):
    some = traces("n1", "n2", "n3", "c1")
    async with make_queue(**options) as queue:
        alone = {trace["id"]: queue.enqueue(trace) for trace in [some[3], *some[:3]]}
    async with make_queue(**options) as queue:
        verdicts = await queue.put_all(some)
        assert queue.ledger.broken_laws() == []
    assert verdicts == [alone[verdict.id] for verdict in verdicts]
    assert reason in [verdict.reason for verdict in verdicts]


async def test_each_expires_where_traces_do():
    async with make_queue(time_to_live=100) as queue:
        await queue.put_all(traces("n1", "l1", "n2"))
        await asyncio.sleep(1.5)
        assert queue.metrics().dropped_by_reason == {"expired": 3}


async def test_what_does_not_fit_waits_and_evicts_nothing_though_it_matters_more():
    store = down()
    async with make_queue(store, max_queue_size=3) as queue:
        queue.enqueue({"name": "a", "id": "l1"}, "low")
        putting = asyncio.create_task(queue.put_all(traces("h1", "h2", "h3")))
        await asyncio.sleep(3)
        assert (queue.ledger.held, queue.metrics().evicted, putting.done()) == (3, 0, False)
        store.broken = None
        assert all(await putting)
    assert queue.metrics().written == 4


@pytest.mark.parametrize("limit", [{"max_queue_size": 100}, {"max_queue_bytes": 20_000}])
async def test_all_of_a_burst_goes_through_a_queue_smaller_than_a_batch(limit):
    async with make_queue(**limit) as queue:
        assert all(await queue.put_all({"name": "a"} for _ in range(1_000)))
    assert queue.metrics().written == 1_000


async def test_a_queue_that_takes_over_takes_the_rest_too_in_its_own_order():
    store = down()
    async with make_queue(store, max_queue_size=2, max_batch_size=2) as old:
        await old.put_all(traces("n1", "n2"))
        putting = asyncio.create_task(old.put_all(traces("l1", "h1", "l2", "h2")))
        await turns()
        new = SimpleFifoQueue.succeed(old)
        store.broken = None
        verdicts = await putting
        assert all(verdicts)
        await new.flush()
        assert ids(await new.query()) == ["n1", "n2", "h1", "l1", "l2", "h2"]
        late = await old.put_all(traces("n3", "c1"))
        assert [verdict.reason for verdict in late] == [Reason.CLOSED] * 2
    await new.aclose()


async def test_consent_that_is_taken_back_ends_the_wait():
    async with make_queue(down(), max_queue_size=1) as queue:
        queue.enqueue({"name": "a"})
        putting = asyncio.create_task(queue.put_all(traces("n1", "n2")))
        await turns()
        queue.set_consent(False)
        assert [verdict.reason for verdict in await putting] == [Reason.CONSENT] * 2


async def test_others_have_their_turn_between_two_batches():
    class Ticking(VirtualClock):
        """Each reading takes 4 ms."""

        readings = 0

        def now(self):
            self.readings += 4
            return super().now() + self.readings

    turned = []
    async with TraceQueueProcessor(store=MemoryStore(), clock=Ticking()) as queue:
        asyncio.get_running_loop().call_soon(turned.append, True)
        assert len(await queue.put_all({"name": "a"} for _ in range(2_500))) == 2_500
        assert turned


async def test_an_iterable_that_raises_is_like_a_mistake():
    def some():
        yield from traces("n1", "n2")
        raise KeyError("mine")

    async with make_queue() as queue:
        with pytest.raises(KeyError, match="mine"):
            await queue.put_all(some())
        assert parcels(queue) == [["n1", "n2"]]


async def test_nothing_to_put_is_no_mistake_and_a_single_trace_is_one():
    async with make_queue() as queue:
        began = seconds()
        assert await queue.put_all([]) == []
        with pytest.raises(TypeError, match="not str"):
            await queue.put_all({"name": "a"})
        assert (queue.metrics().offered, seconds()) == (0, began)


@pytest.mark.parametrize("limit", [{"max_batch_size": 3}, {"max_batch_bytes": 400}])
@pytest.mark.parametrize("place", range(9))
async def test_a_secret_is_hidden_wherever_in_the_burst_it_is(place, limit):
    def some():
        for number in range(9):
            note = "Bearer abcdef0123456789" if number == place else f"note {number}"
            yield {"name": "a", "attributes": {"note": note}}

    async with make_queue(**limit) as queue:
        await queue.put_all(some())
        await queue.flush()
        notes = [trace["attributes"]["note"] for trace in await queue.query()]
    assert notes == [
        "Bearer [redacted]" if number == place else f"note {number}" for number in range(9)
    ]


@pytest.mark.parametrize("note", ["hello", "me@example.org", "Bearer abcdef0123456789"])
async def test_a_dict_that_is_filled_anew_for_each_trace_is_stored_as_it_was_each_time(note):
    def some():
        row = {"name": "a"}
        for number in range(5):
            row["attributes"] = {"number": number, "note": note}
            yield row

    async with make_queue(max_batch_size=2) as queue:
        await queue.put_all(some())
        await queue.flush()
        stored = [trace["attributes"] for trace in await queue.query()]
    hidden = note.replace("abcdef0123456789", "[redacted]")
    assert stored == [{"number": number, "note": hidden} for number in range(5)]


async def test_rules_of_ones_own_hold_once_for_all_of_them():
    redaction = Redaction(keys=("badge",), patterns=("x+", "e?dacte"))
    async with TraceQueueProcessor(store=MemoryStore(), redaction=redaction) as queue:
        await queue.put_all(traces("n1", "n2", attributes={"badge": "7", "note": "axxb"}))
        await queue.flush()
        stored = [trace["attributes"] for trace in await queue.query()]
    assert stored == [{"badge": "[redacted]", "note": "a[r[redacted]d]b"}] * 2
