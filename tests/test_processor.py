"""What the four priorities mean to a user, end to end on virtual time."""

from __future__ import annotations

import asyncio
import random

import pytest

from pyqueue import HeapReading, Reason
from pyqueue.core.ledger import STATES
from pyqueue.testing.conformance.making import ids
from tests.support import FaultyStore, Heap, make_queue, turns


def enqueue(queue, *names, **fields):
    """Traces named "c1", "h2", "n3", "l4": the first letter is the priority."""
    priorities = {"c": "critical", "h": "high", "n": "normal", "l": "low"}
    for name in names:
        queue.enqueue({"name": "a", "id": name, **fields}, priorities[name[0]])


async def test_critical_is_written_at_once_although_a_timer_is_armed():
    store = FaultyStore()
    async with make_queue(store, batch_timeout=60_000) as queue:
        enqueue(queue, "n1")
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        enqueue(queue, "c1")
        await turns()
        assert queue.metrics().written == 1
        assert asyncio.get_running_loop().time() == began
    assert ids(store.inner.traces) == ["c1", "n1"]


async def test_critical_is_stored_before_the_rest_of_its_batch_in_whatever_order_they_came():
    store = FaultyStore()
    async with make_queue(store) as queue:
        enqueue(queue, "l1", "n1", "h1", "c1", "l2", "n2", "h2", "c2")
    assert ids(store.inner.traces) == ["c1", "c2", "h1", "h2", "n1", "n2", "l1", "l2"]
    assert [row.priority for row in store.inner.rows] == [3, 2, 1, 0]  # a row for each lane
    assert len(store.writes) == 1


async def test_the_disk_is_forced_for_critical_and_only_for_it():
    store = FaultyStore()
    async with make_queue(store) as queue:
        for name in ("n1", "h1", "c1", "l1"):
            enqueue(queue, name)
            await queue.flush()
    assert [batch.strict for batch in store.writes] == [False, False, True, False]


async def test_all_that_was_accepted_is_stored_once_although_writes_overlap():
    store = FaultyStore()
    store.delay = 0.001
    async with make_queue(store, max_batch_size=1) as queue:
        enqueue(queue, *[f"n{n}" for n in range(200)])
    assert sorted(ids(store.inner.traces)) == sorted(f"n{n}" for n in range(200))
    assert store.most_at_once == 4


@pytest.mark.parametrize("seed", range(5))
async def test_within_a_priority_the_order_is_that_of_arrival_although_batches_fail(seed):
    chance, store = random.Random(seed), FaultyStore()
    options = {"max_batch_size": 3, "max_retries": 50, "breaker_threshold": 5}
    async with make_queue(store, **options) as queue:
        for n in range(120):
            enqueue(queue, f"{chance.choice('chnl')}{n:03}")
            if chance.random() < 0.2:
                store.fail_next(1, chance.choice([None, ValueError("poison")]))
            if chance.random() < 0.1:
                store.lose_next_answer()
            store.delay = chance.random() / 50
            await asyncio.sleep(chance.random() / 100)
        await asyncio.sleep(3_600)
        stored = ids(store.inner.traces)
    assert len(stored) == len(set(stored)) == 120
    for letter in "chnl":
        mine = [id for id in stored if id[0] == letter]
        assert mine == sorted(mine)


async def test_only_the_batch_that_failed_is_written_again():
    store = FaultyStore()
    store.fail_next()
    async with make_queue(store, max_batch_size=2) as queue:
        enqueue(queue, *[f"n{n}" for n in range(6)])
    attempts = [batch.number for batch in store.writes]
    assert sorted(attempts) == [1, 1, 2, 3]


async def test_nothing_that_was_stored_is_reported_as_dropped():
    store = FaultyStore()
    async with make_queue(store, max_batch_size=2, max_retries=1) as queue:
        events = []
        queue.subscribe(events.append)
        store.fail_next(2, ValueError("poison"))
        enqueue(queue, *[f"n{n}" for n in range(10)])
        await queue.flush()
        dead = {id for e in events if e.kind == "deadletter" for id in e.payload["ids"]}
        stored = set(ids(store.inner.traces))
    assert dead.isdisjoint(stored)
    assert len(dead) + len(stored) == 10


async def test_critical_is_accepted_by_a_queue_that_is_full_of_less():
    store = FaultyStore()
    async with make_queue(store, max_queue_size=4) as queue:
        enqueue(queue, "n1", "n2", "h1", "h2")
        enqueue(queue, *[f"c{n}" for n in range(5)])
        assert queue.metrics().dropped_by_reason == {"queue_full": 5}
    assert ids(store.inner.traces) == ["c0", "c1", "c2", "c3"]


async def test_a_burst_into_a_small_queue_keeps_what_matters_most():
    store = FaultyStore()
    async with make_queue(store, max_queue_size=80) as queue:
        letters = [("c", 10), ("h", 30), ("n", 40), ("l", 40)]
        names = [f"{letter}{n:02}" for letter, count in letters for n in range(count)]
        random.Random(1).shuffle(names)
        enqueue(queue, *names)
        metrics = queue.metrics()
    assert metrics.offered == metrics.accepted + metrics.refused == 120
    assert {label: c["written"] for label, c in queue.metrics().by_priority.items()} == {
        "critical": 10, "high": 30, "normal": 40, "low": 0,
    }  # fmt: skip


async def test_put_waits_and_never_evicts_even_for_critical():
    store = FaultyStore()
    store.delay = 0.1
    async with make_queue(store, max_queue_size=2, batch_timeout=1_000) as queue:
        enqueue(queue, "l1", "l2")
        assert await queue.put({"name": "a", "id": "c1"}, "critical")
        assert queue.metrics().evicted == 0
    assert ids(store.inner.traces) == ["l1", "l2", "c1"]


async def test_one_that_is_moved_up_takes_the_place_of_its_age():
    store = FaultyStore()
    async with make_queue(store) as queue:
        enqueue(queue, "n1", "h2", "l3", "n4", "h5")
        assert queue.reprioritize("l3", "high")
        assert queue.reprioritize("n1", 2)
        assert not queue.reprioritize("unknown", 2)
        await queue.flush()
        found = await queue.query(priority="high")
    assert ids(found) == ["n1", "h2", "l3", "h5"]


async def test_one_that_is_moved_to_critical_is_written_at_once():
    async with make_queue(batch_timeout=60_000) as queue:
        enqueue(queue, "l1")
        queue.reprioritize("l1", "critical")
        await turns()
        assert queue.metrics().by_priority["critical"]["written"] == 1


async def test_with_a_tight_heap_only_critical_enters_and_afterwards_all_do():
    heap = Heap(HeapReading(900, 1_000))
    async with make_queue(memory=heap) as queue:
        assert queue.enqueue({"name": "a"}).reason is Reason.MEMORY
        assert queue.enqueue({"name": "a"}, "critical")
        heap.reading = HeapReading(100, 1_000)
        await asyncio.sleep(0.06)
        assert queue.enqueue({"name": "a"})


async def test_with_no_retries_asked_for_there_is_none_and_a_timeout_of_zero_does_not_wait():
    store = FaultyStore()
    store.fail_next(1, ValueError("poison"))
    async with make_queue(store, max_retries=0, batch_timeout=0) as queue:
        enqueue(queue, "n1")
        await turns()
        assert queue.metrics().dead == 1
    assert len(store.writes) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_the_stored_account_equals_the_metrics_after_a_flush(seed):
    chance, store = random.Random(seed), FaultyStore()
    store.delay = 0.005
    async with make_queue(store, max_queue_size=8, max_batch_size=3, max_retries=0) as queue:
        for n in range(150):
            enqueue(queue, f"{chance.choice('chnl')}{n}")
            if n % 7 == 0:
                queue.cancel(f"n{n - 3}")
            if n % 20 == 0 and n < 100:
                error = chance.choice([None, ValueError("poison")])
                store.fail_next(8 if error else 1, error)  # also the halves, down to one
            await asyncio.sleep(chance.random() / 500)
        await asyncio.sleep(60)
        enqueue(queue, "c")  # the last batch: what came before it is in its account
        await queue.flush()
        account, metrics = store.inner.ledger["s"], queue.metrics()
    assert metrics.written
    assert metrics.evicted
    assert metrics.dead
    assert {state: account[state] for state in STATES} == {
        state: getattr(metrics, state) for state in STATES
    }
    assert account["dropped_by_reason"] == metrics.dropped_by_reason
