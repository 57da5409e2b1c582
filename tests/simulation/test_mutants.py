"""The simulator notices: queues that are broken on purpose, one promise each."""

from __future__ import annotations

import pytest

from pyqueue.batch import Batch
from pyqueue.core.batcher import Batcher
from pyqueue.core.breaker import Breaker
from pyqueue.core.lanes import Lane, PriorityLanes
from pyqueue.core.ledger import Ledger
from pyqueue.core.memory_limiter import MemoryLimiter
from pyqueue.core.queue import QueueCore
from pyqueue.parcel import Parcel
from pyqueue.testing.simulator import SimulationFailed, simulate

MUTANTS = {}


def mutant(owner, name, caught_by):
    """Replaces a method by one that is handed the true one first."""

    def register(broken):
        MUTANTS[broken.__name__] = owner, name, broken, caught_by
        return broken

    return register


@mutant(PriorityLanes, "evict", caught_by="held")
def evicts_the_newest(true, lanes):
    lowest = min(item.priority for item in lanes)
    newest = max((i for i in lanes if i.priority == lowest), key=lambda item: item.number)
    lanes.remove(newest)
    return newest


@mutant(PriorityLanes, "evictable", caught_by="admission")
def evicts_its_equals(true, lanes, priority):
    return true(lanes, priority + 1)


@mutant(PriorityLanes, "evictable", caught_by="admission")
def refuses_although_less_important_ones_could_go(true, lanes, priority):
    return 0, 0


@mutant(PriorityLanes, "collect", caught_by="ageing")
def lets_the_old_ones_starve(true, lanes, count, size, overdue_before=0.0):
    return true(lanes, count, size)


@mutant(Batcher, "next_beside", caught_by="together")
def gives_company_to_what_failed(true, batcher, batch, lanes, now):
    failures, batch.failures = batch.failures, 0
    beside = true(batcher, batch, lanes, now)
    batch.failures = failures
    return beside


@mutant(Batcher, "_ended", caught_by="in flight")
def forgets_what_else_is_in_the_transaction(true, batcher, batch):
    del batcher._in_flight[batch.number]
    batcher._transactions.pop(batch.transaction, None)


@mutant(Lane, "push", caught_by="order")
def puts_the_newest_first(true, lane, item):
    lane.items.appendleft(item)
    lane.count += item.count
    lane.bytes += item.size


@mutant(Lane, "unpack_first", caught_by="held")
def turns_a_parcel_around(true, lane):
    lane.items.extendleft(lane.items.popleft().traces())


@mutant(Parcel, "traces", caught_by="admission")
def gives_all_of_a_parcel_one_number(true, parcel):
    for trace in true(parcel):
        trace.number = parcel.number
    return true(parcel)


@mutant(Lane, "insert", caught_by="order")
def forgets_the_age_of_what_is_moved(true, lane, item):
    lane.push(item)


@mutant(Ledger, "write", caught_by="held")
def forgets_the_bytes_that_left(true, ledger, priority, count, size):
    true(ledger, priority, count, 0)


@mutant(Ledger, "write", caught_by="events")
def counts_twice_what_is_written(true, ledger, priority, count, size):
    true(ledger, priority, 2 * count, size)


@mutant(Ledger, "refuse", caught_by="ledger")
def does_not_count_what_is_refused(true, ledger, priority, reason):
    if reason != "queue_full":
        true(ledger, priority, reason)


@mutant(Batcher, "failed", caught_by="stall")
def loses_a_batch_that_failed(true, batcher, batch, error, now):
    again = true(batcher, batch, error, now)
    batcher._retrying = [entry for entry in batcher._retrying if entry[2] is not batch]
    return again


@mutant(Batcher, "failed", caught_by="in flight")
def retries_twice(true, batcher, batch, error, now):
    again = true(batcher, batch, error, now)
    batcher._retrying += [entry for entry in batcher._retrying if entry[2] is batch]
    return again


@mutant(Batcher, "failed", caught_by="unsettled")
def never_gives_up(true, batcher, batch, error, now):
    batch.attempts = 0
    return true(batcher, batch, error, now)


@mutant(Batcher, "wake_at", caught_by="stall")
def sleeps_while_a_batch_waits_for_its_retry(true, batcher, lanes, now):
    return true(batcher, lanes, now) if lanes else None


@mutant(Batcher, "flush_upto", caught_by="late")
def flushes_nothing(true, batcher, number):
    pass


@mutant(Breaker, "succeeded", caught_by="breaker")
def breaker_never_closes(true, breaker):
    pass


@mutant(Breaker, "failed", caught_by="breaker")
def breaker_never_opens(true, breaker, now):
    pass


@mutant(Breaker, "allows", caught_by="breaker")
def breaker_probes_with_many(true, breaker, now, in_flight):
    return true(breaker, now, 0)


@mutant(MemoryLimiter, "update", caught_by="edges")
def tells_each_level_again(true, limiter, held, held_bytes):
    true(limiter, held, held_bytes)
    return True


@mutant(QueueCore, "is_settled", caught_by="flush")
def says_it_is_settled_when_the_lanes_are_empty(true, core, mark):
    return not core.lanes


@mutant(QueueCore, "written", caught_by="events")
def forgets_to_tell_of_batches(true, core, batch, now):
    true(core, batch, now)
    core._events = [event for event in core._events if event.kind != "batch"]


@pytest.mark.cpython_only  # too many steps for Pyodide
@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_queue_is_caught_with_a_short_trace(name, monkeypatch):
    owner, method, broken, caught_by = MUTANTS[name]
    true = getattr(owner, method)
    monkeypatch.setattr(owner, method, lambda *arguments: broken(true, *arguments))
    with pytest.raises(SimulationFailed) as failed:
        simulate(0, 40_000, shrink_runs=2_000)
    assert failed.value.violation.rule == caught_by, str(failed.value)
    assert 0 < len(failed.value.trace) < 15, str(failed.value)


@pytest.mark.cpython_only
def test_a_retry_under_new_numbers_is_caught(monkeypatch):
    """It would be stored twice after an answer that was lost."""
    placed = Batch.placed
    monkeypatch.setattr(
        Batch, "placed", lambda batch: ((row, seq + 1, item) for row, seq, item in placed(batch))
    )
    with pytest.raises(SimulationFailed) as failed:
        simulate(0, 40_000, shrink_runs=2_000)
    assert len(failed.value.trace) < 15, str(failed.value)
