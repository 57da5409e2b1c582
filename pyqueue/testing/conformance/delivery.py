"""What a queue accepted is stored: once, in order, in time, and whatever the store does."""

from __future__ import annotations

import asyncio

from ...errors import FlushError, StoreUnavailable
from ..faults import FaultyStore
from .making import WithQueues, ids


class Delivery(WithQueues):
    """What becomes of what was accepted."""

    async def test_stores_all_that_it_accepted_once_and_in_order(self) -> None:
        store = FaultyStore()
        async with self.make_queue(store, max_batch_size=7) as queue:
            verdicts = [queue.enqueue({"name": "a", "attributes": {"n": n}}) for n in range(100)]
            await queue.flush()
            found = await queue.query()
        assert ids(found) == [verdict.id for verdict in verdicts]
        assert [trace["attributes"]["n"] for trace in found] == list(range(100))

    async def test_a_trace_waits_no_longer_than_the_batch_timeout(self) -> None:
        store = FaultyStore()
        async with self.make_queue(store, batch_timeout=1_000) as queue:
            written_at: list[float] = []
            queue.subscribe(lambda event: written_at.append(event.at))
            queue.enqueue({"name": "a"})
            await asyncio.sleep(5)
            assert written_at[0] == 1_000

    async def test_a_full_batch_does_not_wait(self) -> None:
        async with self.make_queue(FaultyStore(), max_batch_size=3) as queue:
            for _ in range(3):
                queue.enqueue({"name": "a"})
            for _ in range(5):
                await asyncio.sleep(0)
            assert queue.metrics().written == 3
            assert queue.metrics().batch_efficiency == 1.0

    async def test_never_writes_more_batches_at_once_than_allowed(self) -> None:
        store = FaultyStore()
        store.delay = 0.05
        async with self.make_queue(store, max_batch_size=5, max_in_flight=3) as queue:
            for _ in range(100):
                queue.enqueue({"name": "a"})
            await queue.flush()
        assert store.most_at_once == 3

    async def test_a_passing_failure_loses_nothing_and_stores_nothing_twice(self) -> None:
        store = FaultyStore()
        store.fail_next(2)
        store.lose_next_answer()
        async with self.make_queue(store) as queue:
            verdict = queue.enqueue({"name": "a"})
            await queue.flush()
            found = await queue.query()
            metrics = queue.metrics()
        assert ids(found) == [verdict.id]
        assert (metrics.written, metrics.failures, metrics.dead) == (1, 3, 0)

    async def test_a_batch_that_the_store_will_not_take_becomes_dead_letters(self) -> None:
        store = FaultyStore()
        store.fail_next(4, ValueError("poison"))
        async with self.make_queue(store, max_retries=3) as queue:
            poisoned = queue.enqueue({"name": "poison"})
            await queue.flush()
            later = queue.enqueue({"name": "fine"})
            await queue.flush()
            letters, metrics = queue.dead_letters, queue.metrics()
            found = await queue.query()
        assert [(letter.id, letter.attempts) for letter in letters] == [(poisoned.id, 4)]
        assert "poison" in letters[0].error
        assert ids(found) == [later.id]
        assert metrics.dead == 1
        assert metrics.dropped_by_reason == {"retries": 1}

    async def test_an_outage_loses_nothing_however_long(self) -> None:
        store = FaultyStore()
        store.broken = StoreUnavailable("down")
        async with self.make_queue(store) as queue:
            for _ in range(50):
                queue.enqueue({"name": "a"})
            await asyncio.sleep(3600)
            assert queue.metrics().breaker == "open"
            assert queue.metrics().written == 0
            store.broken = None
            await asyncio.sleep(60)
            metrics = queue.metrics()
        assert (metrics.written, metrics.breaker) == (50, "closed")

    async def test_flush_says_when_it_can_not_keep_its_promise(self) -> None:
        store = FaultyStore()
        store.broken = StoreUnavailable("disk full")
        async with self.make_queue(store) as queue:
            queue.enqueue({"name": "a"})
            try:
                await queue.flush()
            except FlushError as error:
                assert "1 trace is not durable" in str(error)
                assert "disk full" in str(error)
            else:
                raise AssertionError("flush() returned although nothing is durable")
            store.broken = None
