"""No two operations of one entry change their order, whatever fails, gets lost, or comes late."""

from __future__ import annotations

import asyncio
import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue.errors import StoreRejected, StoreUnavailable
from pyqueue.testing import run_virtual
from pyqueue.write_queue import StoreOperation
from pyqueue.write_queue.core import WriteCore
from pyqueue.write_queue.door import to_item
from pyqueue.write_queue.operations import from_text
from pyqueue.write_queue.options import engine_config
from tests.support import examples, reproducible
from tests.write_queue.support import (
    FaultyOperationStore,
    make_queue,
    one_by_one,
    operations,
    some_operations,
)

faults = st.sampled_from(
    [None, None, "lost", StoreUnavailable("down"), StoreRejected("no"), RuntimeError("bug")]
)
steps = st.lists(
    st.tuples(some_operations, st.integers(0, 3), st.sampled_from([0, 0, 0, 0.3, 2.0])), max_size=25
)


@settings(reproducible, max_examples=examples(150))
@given(steps, st.lists(faults, max_size=12), st.floats(0, 1))
def test_the_store_ends_as_if_all_but_the_dead_were_applied_one_by_one(steps, faults, chance):
    async def scenario():
        store = FaultyOperationStore()
        store.faults.extend(faults)
        store.delay = 0.25
        accepted = {}
        options = {"flush_threshold": 4, "max_retries": 1, "chance": lambda: chance}
        async with make_queue(store, **options) as queue:
            for operation, priority, pause in steps:
                accepted[queue.enqueue(operation, priority).id] = operation
                await asyncio.sleep(pause)
                assert queue.ledger.broken_laws() == []
            await queue.wait_for_drain(3_600)
            dead = {letter.id for letter in queue.dead_letters}
            assert queue.stats().processed == len(accepted) - len(dead)
        # One that is dead was applied all the same where only the answer was lost.
        possible = (
            one_by_one([one for id, one in accepted.items() if id not in left_out])
            for count in range(len(dead) + 1)
            for left_out in combinations(sorted(dead), count)
        )
        assert store.entries in possible
        assert store.most_at_once <= 1

    run_virtual(scenario())


@pytest.mark.parametrize("seed", range(5))
def test_the_core_seals_and_repeats_in_order_on_a_long_random_walk(seed):
    """Halves, outages, priorities: what settles of one entry settles in order of acceptance."""
    chance = random.Random(seed)
    config = engine_config(
        max_queue_size=60, max_queue_bytes=1 << 20, flush_threshold=8, flush_interval=100,
        max_retries=1, retry_delay=50,
    )  # fmt: skip
    core, now, batch, made = WriteCore(config, "s", chance.random), 0.0, None, 0
    settled = {}
    for _ in range(6_000):
        now += chance.expovariate(1 / 5)
        if chance.random() < 0.5:
            made += 1
            operation = StoreOperation(chance.choice("abcdef"), str(made))
            core.offer(to_item(operation, chance.randrange(4), now, now, str(made)), now)
        if batch is None:
            batch = core.next_batch(now)
        elif chance.random() < 0.7:
            error = chance.choice([None, None, StoreRejected("no"), StoreUnavailable("down")])
            if error is None:
                core.written(batch, now)
                done = list(batch.traces())
            else:
                dead = {letter.id for letter in core.failed(batch, error, now, now)}
                done = [item for item in batch.traces() if item.id in dead]
            for item in done:
                settled.setdefault(item.trace_id, []).append(item.number)
            batch = None
        else:
            assert core.next_batch(now) is None, "two batches at once"
        assert core.ledger.broken_laws() == []
        assert sum(1 for _ in core.held()) == core.ledger.held
        if chance.random() < 0.01:
            core.flush()
        if chance.random() < 0.005:
            core.cancel_all(now)
    assert all(numbers == sorted(numbers) for numbers in settled.values())
    assert sum(map(len, settled.values())) > 1_000
    assert core.ledger.total("dead") > 2


async def test_a_batch_that_waits_for_its_next_attempt_is_not_passed_by_a_newer_one():
    store = FaultyOperationStore()
    store.faults.append(StoreUnavailable("down"))
    async with make_queue(store, flush_threshold=1) as queue:
        queue.store("a", "1")
        await asyncio.sleep(0.1)
        queue.store("a", "2", priority="critical")
        await asyncio.sleep(0.1)
        assert [from_content(write) for write in store.writes] == [["1"]]
        await queue.wait_for_drain()
    assert [from_content(write) for write in store.writes] == [["1"], ["1"], ["2"]]


def from_content(write):
    return [one.content for one in operations(write)]


async def test_the_halves_of_a_poisoned_batch_go_in_order_even_when_the_first_meets_an_outage():
    store = FaultyOperationStore()
    no, down = StoreRejected("no"), StoreUnavailable("down")
    store.faults.extend([no, down, down])
    async with make_queue(store, flush_threshold=4, max_retries=0) as queue:
        for n in range(4):
            queue.store("a", f"{n}")
        await queue.wait_for_drain(600)
    assert [from_content(write) for write in store.writes] == [
        ["0", "1", "2", "3"], ["0", "1"], ["0", "1"], ["0", "1"], ["2", "3"],
    ]  # fmt: skip
    assert store.entries["a"].content == "3"


async def test_a_write_that_is_answered_too_late_changes_nothing():
    class Slow(FaultyOperationStore):
        """Its first write arrives a minute later, although it was given up."""

        async def apply(self, write):
            if not self.writes:
                self.writes.append(write)
                late = FaultyOperationStore.apply
                self.late = asyncio.ensure_future(self._later(late, write))
                await asyncio.sleep(1e6)
            await super().apply(write)

        async def _later(self, apply, write):
            await asyncio.sleep(60)
            await apply(self, write)

    store = Slow()
    async with make_queue(store, flush_threshold=1) as queue:
        queue.store("a", "1")
        await asyncio.sleep(40)
        queue.store("a", "2")
        await asyncio.sleep(100)
        assert store.late.done()
        assert store.entries["a"].content == "2"


def test_an_item_holds_its_operation():
    operation = StoreOperation("a", "1")
    assert from_text(to_item(operation, 1, 0.0, 0.0, "x").text) == operation
