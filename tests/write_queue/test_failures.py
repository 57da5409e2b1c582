"""When the store fails: poison dies alone and can be replayed, an outage loses nothing."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue.errors import StoreUnavailable
from pyqueue.write_queue import Entry, StoreOperation, VectorOperation
from tests.write_queue.support import FaultyOperationStore, make_queue


async def test_an_operation_that_poisons_its_batch_goes_alone_to_the_dead_letters():
    store = FaultyOperationStore()
    store.poison = {"17"}
    async with make_queue(store) as queue:
        verdicts = [queue.store(f"{n}", "1") for n in range(50)]
        await queue.wait_for_drain(600)
        (dead,) = queue.dead_letters
        assert await queue.list_dead_letters() == [dead]
    assert sorted(store.entries) == sorted(f"{n}" for n in range(50) if n != 17)
    assert (dead.id, dead.operation) == (verdicts[17].id, StoreOperation("17", "1"))
    assert dead.reason == "retries"
    assert dead.error == "StoreRejected: 17 is poison"
    assert dead.attempts >= 4
    assert dead.time >= 1_750_000_000_000
    assert queue.stats().failed == 1
    assert queue.ledger.broken_laws() == []


@pytest.mark.parametrize("count", range(2, 12))
async def test_a_batch_of_nothing_but_poison_dies_although_no_time_passes(count):
    store = FaultyOperationStore()
    store.poison = {f"{n}" for n in range(count)}
    async with make_queue(store, flush_threshold=count, max_retries=0) as queue:
        verdicts = [queue.store(f"{n}", "1") for n in range(count)]
        await asyncio.sleep(1)
        assert [dead.id for dead in queue.dead_letters] == [verdict.id for verdict in verdicts]


async def test_dead_letters_can_be_replayed():
    store = FaultyOperationStore()
    store.poison = {"a"}
    async with make_queue(store, max_retries=0) as queue:
        queue.vector("a", [1.0, 2.0])
        await queue.wait_for_drain()
        assert [dead.operation for dead in queue.dead_letters] == [VectorOperation("a", [1, 2])]
        store.poison = set()
        assert await queue.replay_dead_letters(["other"]) == []
        assert all(await queue.replay_dead_letters())
        assert (await queue.get("a")).embedding == (1.0, 2.0)
        assert queue.dead_letters == ()


async def test_a_letter_is_kept_until_its_operation_is_durable():
    store = FaultyOperationStore()
    store.poison = {"a"}
    async with make_queue(store, max_retries=0) as queue:
        queue.store("a", "1")
        await queue.wait_for_drain()
        (again,) = await queue.replay_dead_letters()
        assert [dead.id for dead in await queue.list_dead_letters()] == [again.id]
        assert not any(await queue.replay_dead_letters())  # it is on its way already
        queue.clear()
        store.poison = set()
        assert all(await queue.replay_dead_letters())
        await queue.flush()
        assert await queue.list_dead_letters() == []
        assert await store.get("a") == Entry("a", "1")


async def test_letters_whose_replay_was_cleared_can_be_replayed_again():
    store = FaultyOperationStore()
    store.poison = {"a", "b", "c"}
    async with make_queue(store, max_retries=0) as queue:
        for entry in "abc":
            queue.store(entry, "1")
        await queue.wait_for_drain()
        assert len(await queue.replay_dead_letters()) == 3
        queue.clear()
        store.poison = set()
        assert all(await queue.replay_dead_letters())
        await queue.flush()
        assert await queue.list_dead_letters() == []


async def test_what_dies_again_in_its_replay_is_a_letter_however_slow_the_store():
    class Slow(FaultyOperationStore):
        def __init__(self):
            super().__init__()
            self.kept = {}

        async def bury(self, letters):
            await asyncio.sleep(0.05)
            self.kept |= {letter.id: letter for letter in letters}

        async def letters(self):
            await asyncio.sleep(0.05)
            return list(self.kept.values())

        async def forget(self, ids):
            await asyncio.sleep(0.05)
            for id in ids:
                self.kept.pop(id, None)

    store = Slow()
    store.poison = {"a"}
    async with make_queue(store, flush_threshold=1, max_retries=0) as queue:
        verdict = queue.store("a", "1")
        await asyncio.sleep(1)
        await queue.replay_dead_letters()
        await asyncio.sleep(1)
        assert [letter.id for letter in await store.letters()] == [verdict.id]
        assert [dead.id for dead in queue.dead_letters] == [verdict.id]


async def test_an_outage_loses_nothing_however_long():
    store = FaultyOperationStore()
    store.broken = StoreUnavailable("down")
    async with make_queue(store) as queue:
        for n in range(50):
            queue.store(f"{n}", "1")
        await asyncio.sleep(3_600)
        assert (queue.stats().queue_size, queue.stats().failed) == (50, 0)
        store.broken = None
        await asyncio.sleep(60)
        assert queue.is_idle()
        assert len(store.entries) == 50


async def test_a_retry_waits_for_the_delay_and_longer_each_time():
    store = FaultyOperationStore()
    store.faults.extend([StoreUnavailable("down")] * 3)
    times = []
    async with make_queue(store, retry_delay=1_000, flush_threshold=1) as queue:
        queue.subscribe(lambda event: times.append(event.at) if event.kind == "error" else None)
        queue.store("a", "1")
        await asyncio.sleep(60)
        assert queue.is_idle()
    assert times == [0, 1_000, 3_000]
