"""What users rely on, where no other file shows it. BEHAVIOURS.md lists the rest."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path

import pytest

from pyqueue import (
    ActionTraceOutputService,
    HeapReading,
    MemoryStore,
    Reason,
    SimpleFifoQueue,
    StoreUnavailable,
    TraceQueueProcessor,
)
from pyqueue.testing import VirtualClock, conformance
from pyqueue.testing.conformance.making import ids
from tests.support import FaultyStore, Heap, counts, down, make_queue, seconds, turns

both = pytest.mark.parametrize("kind", [TraceQueueProcessor, SimpleFifoQueue])


class WriteOnly(MemoryStore):
    """Can't be read."""

    async def query(self, query):
        raise StoreUnavailable("can't read")


class Worn(MemoryStore):
    """Takes five batches and no more."""

    async def write(self, batch):
        if len(self.rows) == 5:
            raise StoreUnavailable("full")
        await super().write(batch)


class Deaf(FaultyStore):
    """Answers neither a write nor its closing."""

    def __init__(self):
        super().__init__()
        self.delay = 1e6

    async def close(self):
        await asyncio.sleep(1e6)


def told(queue, *kinds):
    """A list that fills with the payloads of these events."""
    payloads = []
    queue.subscribe(lambda e: payloads.append(dict(e.payload)) if e.kind in kinds else None)
    return payloads


# Construction


@pytest.mark.parametrize("method", ["open", "write", "query", "close"])
def test_a_store_that_lacks_a_method_is_named_with_it_at_once(method):
    store = MemoryStore()
    setattr(store, method, None)
    with pytest.raises(TypeError, match=f"MemoryStore .* lacks {method}"):
        make_queue(store)


# Batches


async def test_traces_that_come_together_go_in_one_batch_when_their_time_is_up():
    async with make_queue(max_batch_size=10, batch_timeout=1_000) as queue:
        for _ in range(2):
            queue.enqueue({"name": "a"})
        await asyncio.sleep(0.999)
        assert queue.metrics().batches == 0
        await asyncio.sleep(0.002)
        assert (queue.metrics().batches, queue.metrics().written) == (1, 2)


@both
async def test_what_a_full_batch_has_no_room_for_goes_with_the_next(kind):
    async with make_queue(kind=kind, max_batch_size=3, batch_timeout=1_000) as queue:
        for label in ("low", "high", "normal", "low", "normal"):
            queue.enqueue({"name": "a"}, label)
        await turns()
        assert queue.metrics().written == 3
        await asyncio.sleep(1.001)
        metrics = queue.metrics()
    assert (metrics.written, metrics.batches, metrics.full_batches) == (5, 2, 1)
    assert {label: count["written"] for label, count in metrics.by_priority.items()} == {
        "critical": 0, "high": 1, "normal": 2, "low": 2,
    }  # fmt: skip


@both
@pytest.mark.parametrize("at_once", [1, 4, 64])
async def test_as_much_is_stored_one_batch_at_a_time_as_many_at_a_time(kind, at_once):
    store = FaultyStore()
    store.delay = 0.01
    async with make_queue(store, kind, max_batch_size=2, max_in_flight=at_once) as queue:
        accepted = [queue.enqueue({"name": "a"}).id for _ in range(100)]
        await queue.flush()
    assert ids(store.inner.traces) == accepted
    assert store.most_at_once == min(at_once, 50)


@both
async def test_the_same_id_again_is_told_and_not_written_again(kind):
    store = FaultyStore()
    async with make_queue(store, kind) as queue:
        queue.enqueue({"name": "a", "id": "1"})
        await queue.flush()
        verdict = queue.enqueue({"name": "b", "id": "1"})
        await queue.flush()
        assert (verdict.accepted, verdict.reason, verdict.id) == (False, Reason.DUPLICATE, "1")
        assert queue.metrics().written == 1
    assert [trace["name"] for trace in store.inner.traces] == ["a"]
    assert len(store.writes) == 1


# Failures


async def test_a_trace_is_stored_by_the_third_write_where_two_failed_and_each_waits_longer():
    store, begun = FaultyStore(), []
    store.fail_next(2)
    async with make_queue(store) as queue:
        queue.subscribe(lambda event: begun.append((event.kind, round(event.at))))
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(10)
        metrics = queue.metrics()
    assert (len(store.writes), metrics.written, metrics.drop_rate) == (3, 1, 0)
    assert begun == [("error", 0), ("error", 100), ("batch", 300), ("drained", 300)]


async def test_what_is_given_up_is_told_with_its_id_and_its_reason():
    store = FaultyStore()
    store.fail_next(4, ValueError("poison"))
    async with make_queue(store) as queue:
        letters, drops = told(queue, "deadletter"), told(queue, "drop")
        queue.enqueue({"name": "a", "id": "1"}, "high")
        await queue.flush()
    assert letters == [{"size": 1, "ids": ["1"]}]
    assert drops == [{"reason": "retries", "priority": "high", "count": 1}]


async def test_a_store_that_fills_up_keeps_what_it_took_and_the_queue_the_rest():
    async with make_queue(Worn(), max_batch_size=1) as queue:
        accepted = [queue.enqueue({"name": "a"}).id for _ in range(12)]
        await asyncio.sleep(60)
        metrics = queue.metrics()
        assert (metrics.written, metrics.retrying + metrics.queued) == (5, 7)
        assert metrics.failures > 0
        assert sorted(ids(await queue.query())) == sorted(accepted)


async def test_who_knows_that_the_store_is_well_need_not_wait_for_the_cooldown():
    store = down()
    async with make_queue(store, breaker_threshold=1, breaker_cooldown=3_600_000) as queue:
        queue.enqueue({"name": "a"})
        await asyncio.sleep(2)
        store.broken = None
        queue.reconfigure(breaker_cooldown=0)
        await queue.flush()
        assert seconds() == 2.0
        assert (queue.metrics().breaker, queue.metrics().written) == ("closed", 1)
        assert queue.enqueue({"name": "b"})


# Pressure


async def test_a_queue_that_fills_tells_how_much_it_holds_and_what_it_lost():
    async with make_queue(max_queue_size=1) as queue:
        pressure = told(queue, "backpressure")
        drops = told(queue, "drop")
        queue.enqueue({"name": "a"}, "high")
        size = queue.metrics().memory_usage
        assert queue.enqueue({"name": "a"}, "high").reason is Reason.QUEUE_FULL
        await turns()
        assert pressure == [
            {"level": "hard", "queue_size": 1, "memory_usage": size, "dropped_count": 0}
        ]
        assert drops == [{"reason": "queue_full", "priority": "high", "count": 1}]


async def test_with_a_tight_heap_one_trace_is_refused_and_pressure_is_told():
    async with make_queue(memory=Heap(HeapReading(900, 1_000))) as queue:
        pressure = told(queue, "backpressure")
        assert queue.enqueue({"name": "a"}).reason is Reason.MEMORY
        await turns()
        assert [payload["level"] for payload in pressure] == ["hard"]
        assert queue.metrics().dropped_by_reason == {"memory": 1}


async def test_after_a_burst_has_drained_there_is_room_for_all_again():
    async with make_queue(max_queue_size=80) as queue:
        for n in range(120):
            queue.enqueue({"name": "a"}, n % 4)
        await queue.flush()
        verdicts = [queue.enqueue({"name": "a"}) for _ in range(20)]
        assert counts(verdicts) == (20, 0)
        assert queue.metrics().queued == 20
        assert queue.metrics().pressure == "none"


# The end


async def test_closing_waits_for_what_is_being_written_and_for_what_still_waits():
    store = FaultyStore()
    store.delay = 0.1
    async with make_queue(store, max_batch_size=1, max_in_flight=1) as queue:
        for _ in range(4):
            queue.enqueue({"name": "a"})
        await asyncio.sleep(0.05)
        assert (queue.metrics().in_flight, queue.metrics().queued) == (1, 3)
    metrics = queue.metrics()
    assert (metrics.written, metrics.queued, metrics.in_flight) == (4, 0, 0)
    assert seconds() == pytest.approx(0.4)


async def test_a_write_that_fails_while_the_queue_closes_is_tried_again():
    store = FaultyStore()
    store.fail_next(5)
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
    assert (queue.metrics().written, len(store.writes)) == (1, 6)


@pytest.mark.parametrize("threshold", [1, 1_000])  # an open breaker, and a closed one
async def test_closing_over_a_store_that_stays_down_ends_in_time_and_says_what_was_not_written(
    threshold, caplog
):
    store = down()
    delays = {"breaker_cooldown": 4_000, "retry_max_delay": 4_000}
    async with make_queue(store, breaker_threshold=threshold, **delays) as queue:
        queue.enqueue({"name": "a"})
        await asyncio.sleep(60)
        began = seconds()
    assert seconds() - began <= 5
    assert queue.ledger.held == 1  # still in the account
    assert "closed with 1 traces not written" in caplog.text
    attempts = len(store.writes)
    await asyncio.sleep(3_600)
    assert len(store.writes) == attempts  # nothing stirs after the end


async def test_a_store_that_can_not_be_read_is_written_to_all_the_same():
    store = WriteOnly()
    async with make_queue(store) as queue:
        for _ in range(2):
            queue.enqueue({"name": "a"})
    assert len(store.traces) == 2


async def test_flushing_and_closing_a_queue_that_holds_nothing_writes_nothing():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await queue.flush()
        await queue.aclose()
        await queue.flush()
    assert store.writes == []
    assert seconds() == 0


async def test_leaving_the_service_ends_in_time_although_the_store_answers_nothing():
    async with ActionTraceOutputService(store=Deaf(), clock=VirtualClock()) as service:
        service.write_trace({"name": "a"}, "critical")
        service.write_trace({"name": "b"})
    assert seconds() <= 5
    assert service.metrics().accepted == 2


# The table

HERE = Path(__file__).parent
SHOWN = re.compile(r"`([\w/.]+)::(\w+)`")
OPEN = ("differs on purpose: ", "not the queue's", "later")


def table():
    return (HERE / "BEHAVIOURS.md").read_text(encoding="utf-8")


def names_in(place):
    """The functions in a file of this folder, or in a suite that pyqueue ships."""
    if not place.endswith(".py"):
        return set(dir(getattr(conformance, place)))
    scope = ast.parse((HERE / place).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in scope.body if isinstance(node, functions)}


@pytest.mark.cpython_only
def test_every_test_that_the_table_of_behaviours_names_exists():
    named = SHOWN.findall(table())
    assert len(named) == table().count("::") > 100
    places = {place: names_in(place) for place, _ in named}
    assert [f"{place}::{name}" for place, name in named if name not in places[place]] == []


@pytest.mark.cpython_only
def test_every_behaviour_is_in_the_table_once_and_is_shown_or_explained():
    rows = re.findall(r"^\| ((?:X|003\.)?\d+) \| (.+) \| (.+) \|$", table(), re.MULTILINE)
    numbers = [*range(1, 82), *(f"X{n}" for n in range(1, 21)), *(f"003.{n}" for n in range(1, 19))]
    assert sorted(number for number, _, _ in rows) == sorted(map(str, numbers))
    shown = {number: bool(SHOWN.match(by)) or by.startswith(OPEN) for number, _, by in rows}
    assert [number for number in shown if not shown[number]] == []
