"""What both queues promise their users."""

from __future__ import annotations

import asyncio
from typing import Any

from ...verdict import Reason
from ..faults import FaultyStore
from .delivery import Delivery
from .making import ids
from .many_at_once import ManyAtOnce


class QueueConformance(Delivery, ManyAtOnce):
    """All that a queue promises, on virtual time."""

    async def test_what_does_not_fit_is_refused_and_counted(self) -> None:
        async with self.make_queue(FaultyStore(), max_queue_size=10) as queue:
            verdicts = [queue.enqueue({"name": "a"}) for _ in range(15)]
            metrics = queue.metrics()
        assert [verdict.accepted for verdict in verdicts] == [True] * 10 + [False] * 5
        assert verdicts[-1].reason is Reason.QUEUE_FULL
        assert (metrics.offered, metrics.accepted, metrics.refused) == (15, 10, 5)
        assert metrics.dropped_by_reason == {"queue_full": 5}

    async def test_put_waits_for_room_instead(self) -> None:
        store = FaultyStore()
        store.delay = 0.01
        async with self.make_queue(store, max_queue_size=4, max_batch_size=2) as queue:
            for _ in range(40):
                assert await queue.put({"name": "a"})
            await queue.flush()
            assert queue.metrics().written == 40

    async def test_keeps_its_bytes_below_the_limit(self) -> None:
        limit = 5_000
        async with self.make_queue(FaultyStore(), max_queue_bytes=limit) as queue:
            for n in range(100):
                queue.enqueue({"name": "a", "attributes": {"pad": "é" * n}}, n % 4)
                assert queue.metrics().memory_usage <= limit
            metrics = queue.metrics()
        assert metrics.refused > 0

    async def test_a_trace_too_large_is_refused_for_that(self) -> None:
        async with self.make_queue(FaultyStore(), max_trace_bytes=1_000) as queue:
            verdict = queue.enqueue({"name": "a", "attributes": {"blob": "x" * 2_000}}, "critical")
            assert verdict.reason is Reason.TOO_LARGE

    async def test_the_law_holds_at_every_step(self) -> None:
        store = FaultyStore()
        store.delay = 0.02
        store.fail_next(3)
        async with self.make_queue(store, max_queue_size=30, max_batch_size=4) as queue:
            for n in range(200):
                verdict = queue.enqueue({"name": "a"}, n % 4)
                if n % 9 == 0:
                    queue.cancel(verdict.id)
                if n % 11 == 0:
                    queue.reprioritize(verdict.id, "high")
                if n % 5 == 0:
                    await asyncio.sleep(0.001)
                assert queue.ledger.broken_laws() == []
            await queue.flush()
            assert queue.ledger.broken_laws() == []
            metrics, found = queue.metrics(), await queue.query()
        assert len(found) == metrics.written
        assert len(set(ids(found))) == len(found)

    async def test_a_queued_trace_can_be_cancelled(self) -> None:
        async with self.make_queue(FaultyStore()) as queue:
            keep, drop = queue.enqueue({"name": "a"}), queue.enqueue({"name": "b"})
            assert queue.status(drop.id) == "queued"
            assert queue.cancel(drop.id)
            assert not queue.cancel(drop.id)
            assert queue.status(drop.id) is None
            await queue.flush()
            assert ids(await queue.query()) == [keep.id]
            assert await queue.lookup(keep.id) == "written"
            assert queue.metrics().cancelled == 1

    async def test_an_observer_that_raises_is_removed_and_the_rest_go_on(self) -> None:
        seen = []

        def bad(event: object) -> None:
            raise RuntimeError("observer")

        async with self.make_queue(FaultyStore()) as queue:
            queue.subscribe(bad)
            queue.subscribe(lambda event: seen.append(event.kind))
            queue.enqueue({"name": "a"})
            await queue.flush()
        assert seen == ["batch", "drained"]

    async def test_a_caller_s_mistake_is_named(self) -> None:
        async with self.make_queue(FaultyStore()) as queue:
            mistakes: list[tuple[Any, Any, type[Exception], str]] = [
                (None, None, TypeError, "NoneType"),
                ({}, None, ValueError, "'name'"),
                ({"name": ""}, None, ValueError, "'name'"),
                ({"name": "a", "attributes": [1]}, None, TypeError, "'attributes'"),
                ({"name": "a", "colour": 1}, None, ValueError, "'colour'"),
                ({"name": "a", "duration": float("nan")}, None, ValueError, "'duration'"),
                ({"name": "a"}, "urgent", ValueError, "'urgent'"),
                ({"name": "a"}, object(), TypeError, "object"),
            ]
            for trace, priority, kind, word in mistakes:
                try:
                    queue.enqueue(trace, priority)
                except kind as error:
                    assert word in str(error)
                else:
                    raise AssertionError(f"{trace!r} was taken")
            assert queue.metrics().offered == 0

    async def test_closing_writes_what_is_held_and_refuses_the_rest(self) -> None:
        store = FaultyStore()
        queue = self.make_queue(store)
        async with queue:
            queue.enqueue({"name": "a"})
        verdict = queue.enqueue({"name": "late"})
        assert verdict.reason is Reason.CLOSED
        metrics = queue.metrics()
        assert (metrics.written, metrics.refused) == (1, 1)

    async def test_closing_ends_although_the_store_never_answers(self) -> None:
        store = FaultyStore()
        store.delay = 1e9
        queue = self.make_queue(store)
        async with queue:
            queue.enqueue({"name": "a"})
        metrics = queue.metrics()
        assert metrics.written == 0
        assert metrics.accepted == 1
        assert queue.ledger.broken_laws() == []

    async def test_closing_hurries_what_waits_for_its_next_attempt(self) -> None:
        store = FaultyStore()
        store.fail_next(1)
        queue = self.make_queue(store, retry_base_delay=4_000)
        async with queue:
            queue.enqueue({"name": "a"})
            await asyncio.sleep(1.5)
            assert queue.metrics().retrying == 1
            await queue.aclose(timeout=0.5)
        assert queue.metrics().written == 1
