"""What the write queue promises: when it writes, how it ends, what it tells, what it refuses."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import TracePriority
from pyqueue.errors import FlushError, StoreUnavailable
from pyqueue.verdict import Reason
from pyqueue.write_queue import (
    AsyncWriteQueue,
    DeleteOperation,
    DrainTimeout,
    Entry,
    StoreOperation,
)
from tests.support import turns
from tests.write_queue.support import FaultyOperationStore, make_queue, operations


def sizes(store):
    return [len(operations(write)) for write in store.writes]


# When a batch is due


async def test_nothing_is_written_before_the_threshold_and_all_of_it_then():
    store = FaultyOperationStore()
    async with make_queue(store, flush_threshold=3) as queue:
        queue.store("a", "1")
        queue.vector("a", [1.0])
        await turns()
        assert sizes(store) == []
        queue.delete("b")
        await turns()
        assert sizes(store) == [3]


async def test_the_oldest_operation_waits_no_longer_than_the_interval():
    store = FaultyOperationStore()
    async with make_queue(store, flush_interval=1_000) as queue:
        await asyncio.sleep(0.7)
        queue.store("a", "1")
        await asyncio.sleep(0.9)
        queue.store("b", "1")
        assert sizes(store) == []
        await asyncio.sleep(0.1)
        await turns()
        assert sizes(store) == [2]


async def test_the_threshold_stays_what_it_is_however_quiet_it_was():
    store = FaultyOperationStore()
    async with make_queue(store, flush_threshold=4) as queue:
        for n in range(20):
            queue.store(f"{n}", "1")
            await asyncio.sleep(5)
        del store.writes[:]
        for n in range(3):
            queue.store(f"{n}", "2")
        await turns()
        assert sizes(store) == []


async def test_a_backlog_goes_in_batches_of_the_threshold_one_after_another():
    store = FaultyOperationStore()
    store.delay = 0.01
    async with make_queue(store, flush_threshold=10) as queue:
        for n in range(95):
            queue.store(f"{n}", "1")
        await queue.wait_for_drain()
    assert sizes(store) == [10] * 9 + [5]
    assert store.most_at_once == 1


async def test_an_interval_and_a_delay_of_zero_are_zero():
    store = FaultyOperationStore()
    store.faults.extend([StoreUnavailable("down")])
    async with make_queue(store, flush_interval=0, retry_delay=0) as queue:
        queue.store("a", "1")
        await turns(20)
        assert queue.is_idle()
        assert asyncio.get_running_loop().time() == 0


# Priority


async def test_a_higher_priority_passes_other_entries():
    store = FaultyOperationStore()
    async with make_queue(store, flush_threshold=2) as queue:
        queue.store("low", "1", priority="low")
        queue.store("high", "1", priority=2)
        queue.store("normal", "1")
        await queue.wait_for_drain()
    assert [one.id for write in store.writes for one in operations(write)] == [
        "high", "normal", "low",
    ]  # fmt: skip


async def test_an_operation_takes_those_of_its_entry_along_instead_of_passing_them():
    store = FaultyOperationStore()
    async with make_queue(store) as queue:
        for other in "xyz":
            queue.store(other, "1")
        queue.store("a", "1", priority="low")
        queue.update("a", {"content": "2"})
        queue.delete("a", priority=TracePriority.HIGH)
        queue.store("a", "3", priority="low")
        await queue.wait_for_drain()
        found = await queue.get("a")
    (write,) = store.writes
    assert [one.type for one in operations(write) if one.id == "a"] == [
        "store", "update", "delete", "store",
    ]  # fmt: skip
    assert found == Entry("a", "3")


async def test_critical_is_written_at_once_with_all_of_its_entry():
    store = FaultyOperationStore()
    async with make_queue(store) as queue:
        queue.store("a", "1", priority="low")
        queue.store("b", "1")
        queue.update("a", {"content": "2"}, priority="critical")
        await turns()
        assert store.entries["a"] == Entry("a", "2")
        await queue.wait_for_drain()
        assert store.entries["b"] == Entry("b", "1")


async def test_a_low_priority_does_not_starve():
    store = FaultyOperationStore()
    store.delay = 0.1
    async with make_queue(store, flush_threshold=4) as queue:
        queue.store("low", "1", priority="low")
        for n in range(400):
            queue.store(f"{n}", "1", priority="high")
            await asyncio.sleep(0.05)
        assert "low" in store.entries


# A full queue


async def test_a_full_queue_refuses_and_hurries():
    store = FaultyOperationStore()
    async with make_queue(store, max_queue_size=5) as queue:
        verdicts = [queue.store(f"{n}", "1") for n in range(7)]
        assert [bool(verdict) for verdict in verdicts] == [True] * 5 + [False] * 2
        assert verdicts[-1].reason is Reason.QUEUE_FULL
        await turns()
        assert queue.is_idle()
        assert queue.stats().refused == 2


async def test_put_waits_for_room_and_not_for_the_interval():
    async with make_queue(max_queue_size=5) as queue:
        for n in range(42):
            assert await queue.put(StoreOperation(f"{n}", "1"))
        assert asyncio.get_running_loop().time() == 0
        await queue.wait_for_drain()
        assert queue.stats().processed == 42


async def test_what_is_accepted_is_never_evicted_for_something_of_higher_priority():
    async with make_queue(max_queue_size=2) as queue:
        queue.store("a", "1", priority="low")
        queue.store("b", "1", priority="low")
        assert not queue.store("c", "1", priority="critical")
        assert queue.ledger.total("evicted") == 0


async def test_an_operation_larger_than_a_batch_may_be_is_refused_for_that():
    async with make_queue() as queue:
        assert queue.store("a", "x" * 9_000_000).reason is Reason.TOO_LARGE
        assert queue.store("a", "x" * 5_000_000)
        assert queue.store("b", "x" * 5_000_000)
        await queue.wait_for_drain()
        assert queue.stats().batches == 2


# Draining and ending


async def test_wait_for_drain_returns_when_nothing_is_held_and_at_once_when_nothing_was():
    queue = make_queue()
    await queue.wait_for_drain()
    async with queue:
        assert queue.is_idle()
        queue.store("a", "1")
        assert not queue.is_idle()
        await queue.wait_for_drain()
        assert queue.is_idle()
        assert asyncio.get_running_loop().time() == 0


async def test_wait_for_drain_also_waits_for_what_comes_meanwhile():
    store = FaultyOperationStore()
    store.delay = 0.5
    async with make_queue(store) as queue:
        queue.store("a", "1")
        waiting = asyncio.ensure_future(queue.wait_for_drain())
        await asyncio.sleep(0.1)
        queue.store("b", "1")
        await waiting
        assert queue.is_idle()


async def test_wait_for_drain_says_what_is_left_when_its_time_is_up():
    store = FaultyOperationStore()
    store.broken = StoreUnavailable("disk full")
    async with make_queue(store) as queue:
        queue.store("a", "1")
        queue.store("b", "1")
        with pytest.raises(DrainTimeout, match=r"2 operations are still held after 3 s.*disk full"):
            await queue.wait_for_drain(3)
        assert asyncio.get_running_loop().time() == 3
        store.broken = None
        await queue.wait_for_drain()
        assert sorted(store.entries) == ["a", "b"]


async def test_nobody_waits_for_a_queue_that_was_stopped():
    store = FaultyOperationStore()
    store.delay = 1e9
    queue = make_queue(store)
    await queue.start()
    queue.store("a", "1")
    waiting = asyncio.ensure_future(queue.wait_for_drain(None))
    await asyncio.sleep(0.1)
    with pytest.raises(DrainTimeout):
        await queue.stop(1)
    with pytest.raises(FlushError, match="closed"):
        await waiting


def test_a_drain_timeout_is_a_timeout_and_a_flush_error():
    assert issubclass(DrainTimeout, TimeoutError)
    assert issubclass(DrainTimeout, FlushError)


async def test_waiting_for_a_queue_that_was_not_started_is_a_mistake_that_is_named():
    queue = make_queue()
    queue.store("a", "1")
    with pytest.raises(RuntimeError, match="not started"):
        await queue.wait_for_drain()
    await queue.start()
    await queue.wait_for_drain()
    await queue.stop()


async def test_stop_writes_what_is_held_and_refuses_what_comes_later():
    store = FaultyOperationStore()
    queue = make_queue(store)
    await queue.start()
    await queue.start()
    queue.store("a", "1")
    await queue.stop()
    assert "a" in store.entries
    assert queue.store("b", "1").reason is Reason.CLOSED
    with pytest.raises(RuntimeError, match="was stopped"):
        await queue.start()
    await queue.stop()


async def test_stop_ends_in_time_and_says_what_could_not_be_written():
    store = FaultyOperationStore()
    store.delay = 1e9
    queue = make_queue(store)
    await queue.start()
    queue.store("a", "1")
    with pytest.raises(DrainTimeout, match="1 operations are still held after 2 s"):
        await queue.stop(2)
    assert queue.ledger.broken_laws() == []


async def test_a_store_that_can_not_be_opened_yet_is_opened_later():
    class Shy(FaultyOperationStore):
        opened = 0

        async def open(self):
            self.opened += 1
            if self.opened < 3:
                raise StoreUnavailable("not yet")

    store = Shy()
    async with make_queue(store) as queue:
        queue.store("a", "1")
        await asyncio.sleep(60)
        assert "a" in store.entries


async def test_clear_cancels_what_is_queued_and_counts_it():
    store = FaultyOperationStore()
    store.delay = 1.0
    drained = []
    async with make_queue(store, flush_threshold=2) as queue:
        queue.on("queueDrained", lambda: drained.append(queue.stats().processed))
        for n in range(5):
            queue.store(f"{n}", "1")
        await turns()
        assert queue.clear() == 3
        assert queue.clear() == 0
        assert drained == []
        await queue.wait_for_drain()
        stats = queue.stats()
        assert (stats.processed, stats.cancelled, stats.enqueued) == (2, 3, 5)
        queue.store("a", "1")
        assert queue.clear() == 1
        await turns()
        assert drained == [2, 2]
    assert queue.ledger.broken_laws() == []


# Reading


async def test_reading_sees_what_was_enqueued_before():
    async with make_queue() as queue:
        queue.store("a", "1", ["x"], {"n": 1})
        queue.vector("a", [1, 0], 3)
        queue.vector("b", [1, 1], 4)
        assert await queue.get("a") == Entry("a", "1", ("x",), {"n": 1}, (1.0, 0.0), 3)
        assert [match.id for match in await queue.search([1, 0])] == ["a", "b"]
        queue.delete("a")
        assert await queue.get("a") is None
        assert [match.label for match in await queue.search([1, 0], k=1)] == [4]


async def test_reading_says_when_what_was_enqueued_can_not_be_written():
    store = FaultyOperationStore()
    store.broken = StoreUnavailable("down")
    async with make_queue(store) as queue:
        queue.store("a", "1")
        with pytest.raises(FlushError, match="down"):
            await queue.get("a")
        store.broken = None


async def test_what_the_caller_changes_later_does_not_reach_the_store():
    metadata = {"list": [1]}
    async with make_queue() as queue:
        queue.store("a", "1", (), metadata)
        metadata["list"].append(2)
        assert (await queue.get("a")).metadata == {"list": [1]}


# Events and figures


async def test_events_come_under_the_seed_s_names():
    store, told = FaultyOperationStore(), []
    store.poison = {"bad"}
    async with make_queue(store, flush_threshold=2, max_retries=0) as queue:
        queue.on("batchProcessed", lambda count: told.append(("batchProcessed", count)))
        queue.on("queueDrained", lambda: told.append(("queueDrained",)))
        queue.on("writeFailure", lambda dead: told.append(("writeFailure", dead.operation)))
        queue.store("a", "1")
        queue.store("b", "1")
        await queue.wait_for_drain()
        queue.delete("bad")
        await queue.wait_for_drain()
    assert told == [
        ("batchProcessed", 2),
        ("queueDrained",),
        ("writeFailure", DeleteOperation("bad")),
        ("queueDrained",),
    ]


async def test_a_listener_can_be_taken_off_and_one_that_raises_is_removed_alone():
    told = []

    def bad(count):
        raise RuntimeError("listener")

    async with make_queue() as queue:
        queue.on("batchProcessed", bad)
        stop = queue.on("batchProcessed", told.append)
        queue.store("a", "1")
        await queue.wait_for_drain()
        queue.store("a", "1")
        await queue.wait_for_drain()
        stop()
        queue.store("a", "1")
        await queue.wait_for_drain()
    assert told == [1, 1]


async def test_the_figures_tell_what_became_of_the_operations():
    store = FaultyOperationStore()
    store.delay = 0.02
    async with make_queue(store, flush_threshold=4) as queue:
        for n in range(6):
            queue.store(f"{n}", "1")
        await turns()
        during = queue.stats()
        await queue.wait_for_drain()
        after = queue.stats()
    assert (during.queue_size, during.is_processing, during.processed) == (6, True, 0)
    assert during.average_processing_time == 0
    assert (after.enqueued, after.processed, after.failed) == (6, 6, 0)
    assert (after.queue_size, after.queue_bytes, after.is_processing) == (0, 0, False)
    assert (after.batches, after.average_batch_size) == (2, 3.0)
    assert after.average_processing_time == pytest.approx(20)
    assert "6 processed" in repr(queue)


# Bad input


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda q: q.enqueue({"type": "store"}), TypeError, "one of StoreOperation, .* not {"),
        (lambda q: q.enqueue(None), TypeError, "not None"),
        (lambda q: q.store("a", "b", priority="urgent"), ValueError, "'urgent'"),
        (lambda q: q.store("a", "b", priority=object()), TypeError, "object"),
        (lambda q: q.store("", "b"), ValueError, "'id'"),
        (lambda q: q.store("a", 3), TypeError, "'content'"),
        (lambda q: q.store("a", "b", metadata=[]), TypeError, "'metadata'"),
        (lambda q: q.update("a", {"colour": 1}), ValueError, "'colour'"),
        (lambda q: q.delete(3), TypeError, "'id'"),
        (lambda q: q.vector("a", ["x"]), TypeError, "'embedding"),
        (lambda q: q.vector("a", [1], "x"), TypeError, "'label'"),
        (lambda q: q.on("drain", print), ValueError, "'drain', only writeFailure"),
        (lambda q: q.on("queueDrained", 3), TypeError, "a callable, not 3"),
        (lambda q: q.subscribe(None), TypeError, "NoneType"),
    ],
)
async def test_a_caller_s_mistake_is_named_and_not_counted(call, kind, words):
    queue = make_queue()
    with pytest.raises(kind, match=words):
        call(queue)
    assert queue.ledger.total("offered") == 0


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"max_queue_size": 0}, ValueError, "max_queue_size must be at least 1, not 0"),
        ({"max_queue_bytes": "1"}, TypeError, "max_queue_bytes must be a whole number, not '1'"),
        ({"flush_threshold": 1.5}, TypeError, "flush_threshold must be a whole number, not 1.5"),
        ({"flush_interval": -1}, ValueError, "flush_interval must be at least 0, not -1"),
        ({"max_retries": True}, TypeError, "max_retries must be a whole number, not True"),
        ({"retry_delay": float("nan")}, ValueError, "retry_delay must be at least 0, not nan"),
        ({"store": "none"}, TypeError, "lacks open, apply, get, search, close"),
    ],
    ids=str,
)
async def test_an_option_that_makes_no_sense_is_named(options, kind, words):
    with pytest.raises(kind, match=words):
        AsyncWriteQueue(**{"store": FaultyOperationStore(), **options})


async def test_long_delays_are_kept_as_they_are():
    assert make_queue(retry_delay=60_000)._core.config.retry_max_delay == 60_000
