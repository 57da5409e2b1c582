"""Who gets in, who goes for it, and who never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import HeapReading, Reason
from pyqueue.core.lanes import FifoLane
from pyqueue.parcel import pack
from tests.support import CRITICAL, HIGH, LOW, NORMAL, item, make_core, reproducible


def fill(core, *priorities, size=100):
    """Offers one trace of each priority; the reasons."""
    return [
        core.offer(item(f"{core.ledger.total('offered')}-{p}", p, size), 0.0) for p in priorities
    ]  # fmt: skip


def held(core):
    return [one.priority for one in core.lanes]


def heap(core, used, limit=1_000):
    core.observe_heap(HeapReading(used, limit), 0.0)


def test_a_trace_larger_than_allowed_is_refused_for_that_whatever_else_is_wrong():
    core = make_core(max_trace_bytes=200, max_queue_size=1)
    fill(core, LOW)
    heap(core, 999)
    assert core.offer(item("big", CRITICAL, 201), 0.0) is Reason.TOO_LARGE
    assert core.offer(item("fits", CRITICAL, 200), 0.0) is None


@pytest.mark.parametrize("arriving", [NORMAL, HIGH, CRITICAL])
def test_a_full_queue_takes_a_trace_in_place_of_one_that_matters_less(arriving):
    core = make_core(max_queue_size=3)
    fill(core, *[arriving - 1] * 3)
    assert core.offer(item("new", arriving), 0.0) is None
    assert sorted(held(core)) == [arriving - 1, arriving - 1, arriving]
    assert core.ledger.dropped == {Reason.QUEUE_FULL: 1}
    assert core.ledger.total("evicted") == 1


@pytest.mark.parametrize("priority", [LOW, NORMAL, HIGH, CRITICAL])
def test_a_full_queue_refuses_what_matters_no_more_than_what_it_holds(priority):
    core = make_core(max_queue_size=3)
    fill(core, *[priority] * 3)
    assert core.offer(item("new", priority), 0.0) is Reason.QUEUE_FULL
    assert (core.ledger.total("evicted"), core.ledger.total("refused")) == (0, 1)


def test_the_lowest_goes_first_and_of_those_the_oldest():
    core = make_core(max_queue_size=4)
    for id, priority in (("n1", NORMAL), ("l1", LOW), ("l2", LOW), ("h1", HIGH)):
        core.offer(item(id, priority), 0.0)
    gone = []
    for n in range(4):
        before = {one.id for one in core.lanes}
        core.offer(item(f"c{n}", CRITICAL), 0.0)
        gone += before - {one.id for one in core.lanes}
    assert gone == ["l1", "l2", "n1", "h1"]
    assert core.offer(item("c5", CRITICAL), 0.0) is Reason.QUEUE_FULL  # nothing but CRITICAL


def test_as_many_are_evicted_as_it_takes_and_no_more():
    core = make_core(max_queue_bytes=600)
    fill(core, *[LOW] * 6)
    assert core.offer(item("new", HIGH, 250), 0.0) is None
    assert core.ledger.held_bytes == 550
    assert core.ledger.dropped == {Reason.QUEUE_BYTES: 3}


def test_nothing_is_evicted_where_that_would_not_make_room():
    core = make_core(max_queue_bytes=600)
    fill(core, LOW, LOW, HIGH, HIGH, HIGH, HIGH)
    assert core.offer(item("new", HIGH, 201), 0.0) is Reason.QUEUE_BYTES
    assert core.ledger.total("evicted") == 0


def test_150_byte_traces_in_600_bytes_give_way_by_priority_and_the_normal_one_survives():
    core = make_core(max_queue_bytes=600)
    fill(core, LOW, LOW, LOW, NORMAL, size=150)
    assert core.offer(item("h", HIGH, 150), 0.0) is None
    assert core.offer(item("huge", HIGH, 601), 0.0) is Reason.QUEUE_BYTES
    assert held(core) == [HIGH, NORMAL, LOW, LOW]


def test_50_normal_are_queued_and_5_critical_come_and_none_of_those_is_lost():
    core = make_core(max_queue_size=50, max_batch_size=1_000)
    fill(core, *[NORMAL] * 50)
    assert fill(core, *[CRITICAL] * 5) == [None] * 5
    assert (held(core).count(CRITICAL), core.ledger.of("evicted")) == (5, [0, 5, 0, 0])


def test_49_normal_and_a_critical_are_queued_and_3_critical_come_and_none_of_those_is_lost():
    core = make_core(max_queue_size=50, max_batch_size=1_000)
    fill(core, *[NORMAL] * 49, CRITICAL)
    assert fill(core, *[CRITICAL] * 3) == [None] * 3
    assert held(core).count(CRITICAL) == 4


def test_what_is_in_flight_takes_room_and_can_not_be_evicted():
    core = make_core(max_queue_size=2, max_batch_size=2)
    fill(core, LOW, LOW)
    batch = core.next_batch(0.0)
    assert core.offer(item("c", CRITICAL), 0.0) is Reason.QUEUE_FULL
    core.written(batch, 0.0)
    assert core.offer(item("c", CRITICAL), 0.0) is None


def test_above_80_percent_of_the_heap_ordinary_traces_are_refused_and_critical_ones_enter():
    core = make_core()
    heap(core, 900)
    assert fill(core, LOW, NORMAL, HIGH, CRITICAL) == [Reason.MEMORY] * 3 + [None]
    assert core.ledger.dropped == {Reason.MEMORY: 3}


def test_the_trace_itself_counts_against_the_heap_s_threshold():
    core = make_core()
    heap(core, 700)
    assert core.offer(item("fits", NORMAL, 100), 0.0) is None
    assert core.offer(item("above", NORMAL, 101), 0.0) is Reason.MEMORY


def test_no_reading_of_the_heap_is_no_reason():
    core = make_core(heap_threshold=0)
    core.observe_heap(None, 0.0)
    assert fill(core, LOW) == [None]
    heap(core, 1)
    assert fill(core, LOW) == [Reason.MEMORY]  # a threshold of 0 is 0


@pytest.mark.parametrize("limits", [{}, {"max_queue_size": 4}, {"max_queue_bytes": 600}], ids=str)
def test_with_a_tight_heap_what_enters_takes_the_place_of_as_many_bytes(limits):
    core = make_core(**limits)
    fill(core, LOW, LOW, LOW, LOW)
    heap(core, 900)
    before = core.ledger.held_bytes
    assert core.offer(item("h", HIGH, 250), 0.0) is None
    assert core.ledger.held_bytes <= before
    assert core.offer(item("h", HIGH, 250), 0.0) is not None
    assert core.ledger.total("evicted") == 3


def test_the_fifo_queue_refuses_whatever_the_priority_and_evicts_nothing():
    core = make_core(FifoLane, max_queue_size=2)
    assert fill(core, LOW, LOW, CRITICAL) == [None, None, Reason.QUEUE_FULL]
    core = make_core(FifoLane)
    heap(core, 900)
    assert fill(core, NORMAL, CRITICAL) == [Reason.MEMORY, Reason.MEMORY]


def test_one_that_moves_to_a_higher_priority_does_not_pass_the_limit_of_bytes():
    core = make_core(max_queue_bytes=300)
    fill(core, LOW, LOW, LOW)
    core.reprioritize("0-0", CRITICAL, 0.0)
    assert core.ledger.held_bytes <= 300


def test_over_limits_that_were_lowered_one_is_moved_at_the_price_of_its_longer_name_alone():
    core = make_core()
    fill(core, *[LOW] * 1_000, NORMAL)
    core.configure(make_core(max_queue_size=10).config, 0.0)
    assert core.reprioritize("1000-1", HIGH, 0.0)
    assert core.reprioritize("1000-1", CRITICAL, 0.0)
    assert (core.ledger.held, core.ledger.total("evicted")) == (1_001, 0)
    core.configure(make_core(max_queue_bytes=1_000).config, 0.0)
    assert core.reprioritize("0-0", HIGH, 0.0)
    assert (core.ledger.held, core.ledger.total("evicted")) == (1_000, 1)


def test_many_at_once_get_in_as_they_would_one_by_one():
    for kind in (None, 2, 3):
        core, single = (make_core(max_queue_size=5, max_trace_bytes=150) for _ in range(2))
        sizes = [100, 151, 100, 100] if kind == 3 else [100] * (kind or 7)
        for one in (core, single):
            fill(one, LOW, LOW)
        core.offer_parcel(pack(item(f"h{n}", HIGH, size) for n, size in enumerate(sizes)), 0.0)
        for n, size in enumerate(sizes):
            single.offer(item(f"h{n}", HIGH, size), 0.0)
        assert [one.id for one in core.lanes] == [one.id for one in single.lanes]
        assert repr(core.ledger) == repr(single.ledger)


@reproducible
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(100, 300)), max_size=40))
def test_nobody_loses_while_somebody_who_matters_less_could_have(arrivals):
    core = make_core(max_queue_size=6, max_queue_bytes=1_000)
    for n, (priority, size) in enumerate(arrivals):
        before = list(core.lanes)
        reason = core.offer(item(str(n), priority, size), 0.0)
        lost = [one for one in before if one not in list(core.lanes)]
        if reason is not None:
            assert lost == []
            rest = [one for one in before if one.priority >= priority]
            assert len(rest) == 6 or sum(one.size for one in rest) + size > 1_000
        elif lost:
            kept = [one for one in before if one not in lost]
            worst = max((one.priority, one.number) for one in lost)
            assert worst[0] < priority
            assert all((one.priority, one.number) > worst for one in kept)
