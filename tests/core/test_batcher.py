"""When a batch is due, and what goes into it."""

from __future__ import annotations

from pyqueue.core.lanes import FifoLane
from tests.support import CRITICAL, HIGH, LOW, NORMAL, item, make_core


def offer(core, *priorities, size=100, now=0.0):
    for priority in priorities:
        number = core.ledger.total("offered")
        assert core.offer(item(str(number), priority, size, now), now) is None


def ids(batch):
    return [one.id for one in batch.traces()]


def test_an_empty_queue_has_no_batch_and_nothing_to_wake_for():
    core = make_core()
    core.flush()
    assert core.next_batch(1e9) is None
    assert core.wake_at(1e9) is None


def test_a_batch_is_due_when_it_is_full():
    core = make_core(max_batch_size=3)
    offer(core, NORMAL, NORMAL)
    assert core.next_batch(0.0) is None
    offer(core, LOW)
    batch = core.next_batch(0.0)
    assert (batch.count, batch.full) == (3, True)


def test_a_batch_is_due_when_it_has_bytes_enough():
    core = make_core(max_batch_bytes=300)
    offer(core, NORMAL, NORMAL)
    assert core.next_batch(0.0) is None
    offer(core, NORMAL, NORMAL)
    batch = core.next_batch(0.0)
    assert (ids(batch), batch.full) == (["0", "1"], True)  # three and their commas are 304
    assert len(batch.rows[0].data) == batch.rows[0].bytes == 203
    assert core.next_batch(0.0) is None  # the rest waits for its own


def test_a_batch_is_due_when_its_oldest_has_waited_long_enough_in_whatever_lane():
    core = make_core(batch_timeout=1_000)
    offer(core, LOW, now=5.0)
    offer(core, HIGH, now=900.0)
    assert core.wake_at(900.0) == 1_005.0
    assert core.next_batch(1_004.9) is None
    batch = core.next_batch(1_005.0)
    assert (ids(batch), batch.full, batch.strict) == (["1", "0"], False, False)


def test_critical_is_due_at_once_goes_alone_and_forces_the_disk():
    core = make_core()
    offer(core, NORMAL, HIGH)
    assert core.wake_at(0.0) == 1_000.0
    offer(core, CRITICAL)
    assert core.wake_at(0.0) == 0.0
    batch = core.next_batch(0.0)
    assert (ids(batch), batch.strict, batch.urgent) == (["2"], True, True)
    assert core.next_batch(0.0) is None  # the others make a better batch by waiting


def test_critical_takes_along_what_is_due_anyway():
    core = make_core(max_batch_size=3)
    offer(core, NORMAL, HIGH, CRITICAL)
    batch = core.next_batch(0.0)
    assert (ids(batch), batch.strict, batch.urgent) == (["2", "1", "0"], True, False)


def test_to_the_fifo_queue_critical_is_a_trace_like_any_other():
    core = make_core(FifoLane)
    offer(core, NORMAL, CRITICAL)
    assert core.next_batch(0.0) is None
    assert ids(core.next_batch(1_000.0)) == ["0", "1"]


def test_a_flush_makes_due_what_was_accepted_before_it_and_no_more():
    core = make_core()
    offer(core, NORMAL)
    mark = core.flush()
    offer(core, NORMAL)
    assert core.wake_at(0.0) == 0.0
    batch = core.next_batch(0.0)
    assert not core.is_settled(mark)
    offer(core, NORMAL)
    assert core.next_batch(0.0) is None
    core.written(batch, 0.0)
    assert core.is_settled(mark)


def test_a_batch_holds_no_more_bytes_than_allowed_but_for_a_single_trace():
    core = make_core(max_batch_bytes=300)
    offer(core, NORMAL, NORMAL)
    offer(core, NORMAL, size=700)
    offer(core, NORMAL)
    core.flush()
    batches = [core.next_batch(0.0) for _ in range(3)]
    assert [ids(batch) for batch in batches] == [["0", "1"], ["2"], ["3"]]


def test_a_batch_has_a_row_for_each_lane_numbered_through():
    core = make_core()
    offer(core, LOW, NORMAL, HIGH, NORMAL, CRITICAL)
    core.flush()
    batch = core.next_batch(0.0)
    assert [(row.priority, row.count, row.seq_first, row.seq_last) for row in batch.rows] == [
        (CRITICAL, 1, 1, 1), (HIGH, 1, 2, 2), (NORMAL, 2, 3, 4), (LOW, 1, 5, 5),
    ]  # fmt: skip
    assert [row.mixed for row in batch.rows] == [False] * 4
    offer(core, CRITICAL)
    assert core.next_batch(0.0).rows[0].seq_first == 6


def test_the_fifo_queue_s_row_says_that_it_is_mixed():
    core = make_core(FifoLane, max_batch_size=2)
    offer(core, LOW, HIGH)
    (row,) = core.next_batch(0.0).rows
    assert (row.priority, row.mixed) == (HIGH, True)


def test_a_row_describes_its_traces():
    core = make_core(max_batch_size=2)
    core.offer(item("é", NORMAL, 100, at=7.0), 7.0)
    core.offer(item("b", NORMAL, 100, at=3.0), 7.0)
    (row,) = core.next_batch(7.0).rows
    assert (row.t_min, row.t_max, row.count) == (3.0, 7.0, 2)
    assert row.bytes == len(row.data.encode()) == 203


def test_no_more_batches_are_in_flight_than_allowed():
    core = make_core(max_batch_size=1, max_in_flight=2)
    offer(core, CRITICAL, CRITICAL, CRITICAL)
    first, second = core.next_batch(0.0), core.next_batch(0.0)
    assert core.next_batch(0.0) is None
    assert core.wake_at(0.0) is None  # only an answer can change that
    core.written(second, 0.0)
    assert core.wake_at(0.0) == 0.0
    assert ids(core.next_batch(0.0)) == ["2"]
    assert ids(first) == ["0"]
