"""What every queue and every store promises, as suites to be inherited.

    class TestMyStore(StoreConformance):
        def make_store(self):
            return MyStore()

The methods are coroutines: pytest needs a plugin or a hook that runs them (tests/conftest.py has
one of ten lines). Queues run on virtual time; stores on whatever loop is running.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..batch import Batch, DeadLetter, seal_row, tally
from ..config import QueueConfig
from ..core.ledger import STATES, Ledger
from ..encoding import byte_size, encode
from ..errors import FlushError, StoreRejected, StoreUnavailable
from ..ports import BatchStore
from ..priority import LABELS
from ..query import TraceQuery
from ..trace import QueuedTrace
from ..trace_queue import TraceQueue
from ..verdict import Reason
from .faults import FaultyStore
from .virtual_time import VirtualClock


def make_trace(id: str, priority: int = 1, timestamp: float = 0.0, **fields: Any) -> QueuedTrace:
    """An encoded trace."""
    record = {
        "id": id, "name": "test", "priority": LABELS[priority], "timestamp": timestamp,
        "duration": 0, "attributes": {}, **fields,
    }  # fmt: skip
    text = encode(record)
    trace_id = fields.get("traceId", "")
    return QueuedTrace(id, priority, timestamp, trace_id, text, byte_size(text), timestamp)


def make_batch(*lanes: list[QueuedTrace], session: str = "s", seq: int = 1) -> Batch:
    """A sealed batch, lane by lane, highest priority first."""
    rows = []
    for lane in lanes:
        rows.append(seal_row(session, seq, lane))
        seq += len(lane)
    traces = [trace for lane in lanes for trace in lane]
    account = {**Ledger().account(session, 0.0), "written": seq - 1}
    return Batch(
        number=1, lanes=tuple(map(tuple, lanes)), rows=tuple(rows), tally=tally(traces),
        full=False,
        urgent=False, strict=False, account=account,
    )  # fmt: skip


def ids(traces: list[dict[str, Any]]) -> list[str]:
    """Just the ids."""
    return [trace["id"] for trace in traces]


class StoreConformance:
    """What the queue relies on in a store."""

    def make_store(self) -> BatchStore:
        """A store that holds nothing yet."""
        raise NotImplementedError

    async def test_gives_back_the_same_traces(self) -> None:
        store = self.make_store()
        await store.open()
        attributes = {"text": "naïve \U0001f40d \x00 \n", "deep": [{"a": None}], "n": 1.5}
        trace = make_trace("a", 2, 5.25, attributes=attributes, traceId="t1", status="ok")
        await store.write(make_batch([trace]))
        found = await store.query(TraceQuery())
        await store.close()
        assert found == [json.loads(trace.text)]

    async def test_keeps_the_order_of_sealing_whatever_order_writes_end_in(self) -> None:
        store = self.make_store()
        await store.open()
        first = make_batch([make_trace("c", 3)], [make_trace("n1"), make_trace("n2")], seq=1)
        second = make_batch([make_trace("n3")], seq=4)
        await store.write(second)
        await store.write(first)
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["c", "n1", "n2", "n3"]

    async def test_a_batch_written_twice_is_stored_once(self) -> None:
        store = self.make_store()
        await store.open()
        batch = make_batch([make_trace("a"), make_trace("b")])
        await store.write(batch)
        await store.write(batch)
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["a", "b"]

    async def test_a_half_of_a_batch_that_is_stored_is_not_stored_again(self) -> None:
        store = self.make_store()
        await store.open()
        lane = [make_trace(str(n)) for n in range(1, 5)]
        await store.write(make_batch(lane))
        await store.write(make_batch(lane[:2]))
        await store.write(make_batch(lane[2:], seq=3))
        await store.write(make_batch([make_trace("5")], seq=5))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["1", "2", "3", "4", "5"]

    async def test_a_repeated_batch_among_many_at_once_harms_no_other(self) -> None:
        store = self.make_store()
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 9)]
        await store.write(batches[5])
        await asyncio.gather(*map(store.write, batches))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == list("12345678")

    async def test_of_many_at_once_one_that_is_given_up_stops_no_other(self) -> None:
        store = self.make_store()
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 9)]
        writes = [asyncio.ensure_future(store.write(batch)) for batch in batches]
        await asyncio.sleep(0)
        writes[5].cancel()
        await asyncio.gather(*writes, return_exceptions=True)
        await store.write(batches[5])
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == list("12345678")

    async def test_where_it_takes_many_together_it_takes_all_or_nothing(self) -> None:
        store = self.make_store()
        if not hasattr(store, "write_together"):
            return
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 5)]
        await store.write(batches[1])
        with suppress(StoreRejected):
            await store.write_together(batches[:3])  # of which one is there
            raise AssertionError("a place in the session was taken twice")
        alone = ids(await store.query(TraceQuery()))
        await store.write_together(batches[2:])
        found = await store.query(TraceQuery())
        await store.close()
        assert (alone, ids(found)) == (["2"], ["2", "3", "4"])

    async def test_finds_by_every_condition(self) -> None:
        store = self.make_store()
        await store.open()
        lanes = [
            [make_trace("c", 3, 30.0, traceId="x")],
            [make_trace("n1", 1, 10.0, name="save"), make_trace("n2", 1, 20.0, traceId="x")],
        ]
        await store.write(make_batch(*lanes))
        await store.write(make_batch([make_trace("l", 0, 40.0)], seq=4))
        asked = {
            "id": TraceQuery(id="n2"),
            "name": TraceQuery(name="save"),
            "priority": TraceQuery(priority="critical"),
            "trace_id": TraceQuery(trace_id="x"),
            "time": TraceQuery(since=20.0, until=30.0),
            "limit": TraceQuery(limit=2),
            "none": TraceQuery(limit=0),
            "asc": TraceQuery(order="asc"),
            "desc": TraceQuery(order="desc", limit=2),
        }
        found = {key: ids(await store.query(query)) for key, query in asked.items()}
        await store.close()
        assert found == {
            "id": ["n2"],
            "name": ["n1"],
            "priority": ["c"],
            "trace_id": ["c", "n2"],
            "time": ["c", "n2"],
            "limit": ["c", "n1"],
            "none": [],
            "asc": ["n1", "n2", "c", "l"],
            "desc": ["l", "c"],
        }

    async def test_finds_a_priority_inside_a_mixed_row(self) -> None:
        store = self.make_store()
        await store.open()
        await store.write(make_batch([make_trace("l", 0), make_trace("c", 3), make_trace("n")]))
        found = await store.query(TraceQuery(priority="low"))
        await store.close()
        assert ids(found) == ["l"]

    async def test_reads_many_rows(self) -> None:
        store = self.make_store()
        await store.open()
        for seq in range(1, 151):
            await store.write(make_batch([make_trace(str(seq), timestamp=float(seq))], seq=seq))
        found = await store.query(TraceQuery(since=10.0))
        first = await store.query(TraceQuery(limit=3))
        await store.close()
        assert ids(found) == [str(seq) for seq in range(10, 151)]
        assert ids(first) == ["1", "2", "3"]

    async def test_opens_again_after_it_was_closed(self) -> None:
        store = self.make_store()
        await store.open()
        await store.write(make_batch([make_trace("a")]))
        await store.close()
        await store.open()
        await store.write(make_batch([make_trace("b")], seq=2))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["a", "b"]

    async def test_buries_dead_letters_where_it_can(self) -> None:
        store: Any = self.make_store()
        if not hasattr(store, "letters"):
            return
        await store.open()
        letter = DeadLetter("a", "{}", 1, "retries", "Boom: x", 4, 0.0)
        await store.bury([letter, replace(letter, id="b")])
        await store.bury([replace(letter, resolution="a bug of ours")])
        await store.forget(["b", "unknown"])
        found = await store.letters()
        await store.close()
        assert found == [replace(letter, resolution="a bug of ours")]


class QueueConformance:
    """What both queues promise their users, on virtual time."""

    queue_class: type[TraceQueue]

    def make_queue(self, store: BatchStore, **options: Any) -> TraceQueue:
        config = QueueConfig(**options)
        return self.queue_class(
            store=store, config=config, clock=VirtualClock(), chance=lambda: 1.0, session="s"
        )

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
                assert "1 traces are not durable" in str(error)
                assert "disk full" in str(error)
            else:
                raise AssertionError("flush() returned although nothing is durable")
            store.broken = None

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

    async def test_what_is_put_all_at_once_is_stored_as_what_is_put_one_by_one(self) -> None:
        traces = [
            {"name": "a", "id": str(n), "timestamp": n, "priority": LABELS[n // 3 % 4]}
            for n in range(500)
        ]
        stored = []
        for at_once in (False, True):
            async with self.make_queue(FaultyStore()) as queue:
                queue.pause()
                if at_once:
                    verdicts = await queue.put_all(iter(traces))
                else:
                    verdicts = [await queue.put(trace) for trace in traces]
                queue.resume()
                await queue.flush()
                assert [verdict.id for verdict in verdicts] == ids(traces)
                assert all(verdicts)
                stored.append(([*map(queue.ledger.of, STATES)], await queue.query()))
        assert stored[0] == stored[1]

    async def test_put_all_waits_for_room_and_takes_no_more_than_it_has_room_for(self) -> None:
        store = FaultyStore()
        store.delay = 0.01
        taken: list[int] = []

        def traces() -> Iterator[dict[str, Any]]:
            for n in range(200):
                taken.append(n - queue.ledger.total("written"))
                yield {"name": "a", "attributes": {"n": n}}

        async with self.make_queue(store, max_queue_size=30, max_batch_size=8) as queue:
            verdicts = await queue.put_all(traces(), "low")
            assert all(verdicts)
            await queue.flush()
            found = await queue.query()
        assert [trace["attributes"]["n"] for trace in found] == list(range(200))
        assert ids(found) == [verdict.id for verdict in verdicts]
        assert max(taken) <= 30 + 2 * 8  # held, and a batch that waits for room
        assert queue.ledger.broken_laws() == []

    async def test_put_all_says_of_each_trace_what_became_of_it(self) -> None:
        async with self.make_queue(FaultyStore(), max_trace_bytes=1_000) as queue:
            await queue.put({"name": "a", "id": "old"})
            blob = {"name": "a", "id": "blob", "attributes": {"pad": "x" * 2_000}}
            more = [{"name": "a", "id": id} for id in ("a", "old", "b", "a")]
            verdicts = await queue.put_all([*more, blob])
            held = [record["id"] for record in await queue.query()]
        assert [(verdict.id, verdict.reason) for verdict in verdicts] == [
            ("a", None), ("old", Reason.DUPLICATE), ("b", None), ("a", Reason.DUPLICATE),
            ("blob", Reason.TOO_LARGE),
        ]  # fmt: skip
        assert held == ["old", "a", "b"]
        assert queue.ledger.broken_laws() == []

    async def test_a_mistake_among_many_raises_when_those_before_it_are_taken(self) -> None:
        async with self.make_queue(FaultyStore(), max_batch_size=4) as queue:
            traces: list[Any] = [{"name": "a", "id": str(n)} for n in range(9)]
            for mistake, kind in ((None, TypeError), ({"name": ""}, ValueError)):
                try:
                    await queue.put_all([*traces[:6], mistake, *traces[6:]])
                except kind:
                    assert ids(await queue.query(order="asc")) == list("012345")
                else:
                    raise AssertionError(f"{mistake!r} was taken")
            assert queue.metrics().accepted == 6

    async def test_what_was_put_with_others_can_be_found_moved_and_cancelled_alone(self) -> None:
        async with self.make_queue(FaultyStore()) as queue:
            await queue.put_all({"name": "a", "id": id} for id in ("a", "b", "c\ud800"))
            assert queue.status("b") == "queued"
            assert queue.cancel("c\ud800")
            assert queue.reprioritize("b", "high")
            assert ids(await queue.query(priority="high")) == ["b"]
            await queue.flush()
            assert sorted(ids(await queue.query())) == ["a", "b"]
            assert queue.metrics().cancelled == 1

    async def test_put_all_is_refused_what_a_queue_without_consent_or_a_closed_one_gets(
        self,
    ) -> None:
        traces = [{"name": "a"}] * 3
        queue = self.make_queue(FaultyStore())
        async with queue:
            await queue.put_all(traces)
            queue.set_consent(False)
            denied = await queue.put_all(traces)
            queue.set_consent(True)
        late = await queue.put_all(traces)
        assert [verdict.reason for verdict in denied] == [Reason.CONSENT] * 3
        assert [verdict.reason for verdict in late] == [Reason.CLOSED] * 3
        assert queue.metrics().dropped_by_reason == {"consent": 6, "closed": 3}

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
