"""Disciplines: who leaves first, who may be evicted, and bytes that always add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue.core.lanes import FifoLane, PriorityLanes
from pyqueue.parcel import pack
from tests.support import CRITICAL, HIGH, LOW, NORMAL, item, reproducible

ORDER = [
    ("n1", NORMAL),
    ("l1", LOW),
    ("c1", CRITICAL),
    ("h1", HIGH),
    ("c2", CRITICAL),
    ("n2", NORMAL),
]


def filled(lanes, made=ORDER, size=100):
    for number, (id, priority) in enumerate(made, 1):
        one = item(id, priority, size)
        one.number = number
        lanes.push(one)
    return lanes


def ids(traces):
    return [one.id for one in traces]


def test_the_highest_leaves_first_and_within_a_priority_the_first_come():
    lanes = filled(PriorityLanes())
    assert [ids(row) for row in lanes.collect(10, 10_000)] == [
        ["c1", "c2"],
        ["h1"],
        ["n1", "n2"],
        ["l1"],
    ]
    assert (len(lanes), lanes.bytes, list(lanes)) == (0, 0, [])


def test_the_fifo_lane_leaves_in_the_order_of_arrival_whatever_the_priority():
    lanes = filled(FifoLane())
    assert [ids(row) for row in lanes.collect(4, 10_000)] == [["n1", "l1", "c1", "h1"]]
    assert [ids(row) for row in lanes.collect(4, 10_000)] == [["c2", "n2"]]
    assert lanes.collect(4, 10_000) == []


@pytest.mark.parametrize("lanes", [PriorityLanes, FifoLane])
def test_iterating_shows_the_order_of_leaving_and_takes_nothing(lanes):
    lanes = filled(lanes())
    shown = ids(lanes)
    assert ids(one for row in lanes.collect(10, 10_000) for one in row) == shown


def test_a_batch_takes_no_more_than_count_and_bytes():
    assert [ids(row) for row in filled(PriorityLanes()).collect(3, 10_000)] == [
        ["c1", "c2"],
        ["h1"],
    ]
    assert [ids(row) for row in filled(PriorityLanes()).collect(10, 399)] == [["c1", "c2"], ["h1"]]
    assert [ids(row) for row in filled(FifoLane()).collect(10, 299)] == [["n1", "l1"]]


def test_no_lower_trace_slips_by_a_higher_one_that_was_too_large_for_the_rest():
    lanes = filled(PriorityLanes(), [("c", CRITICAL)])
    lanes.push(item("h", HIGH, 500))
    lanes.push(item("l", LOW, 100))
    assert [ids(row) for row in lanes.collect(10, 300)] == [["c"]]


@pytest.mark.parametrize("lanes", [PriorityLanes, FifoLane])
def test_a_trace_larger_than_a_batch_goes_alone(lanes):
    lanes = filled(lanes(), [("big", HIGH), ("next", HIGH)], 500)
    assert [ids(row) for row in lanes.collect(10, 300)] == [["big"]]
    assert (len(lanes), lanes.bytes) == (1, 500)


def test_the_lowest_and_oldest_is_evicted_first():
    lanes = filled(PriorityLanes(), [("n1", 1), ("l1", 0), ("h1", 2), ("l2", 0), ("n2", 1)])
    assert [lanes.evict().id for _ in range(5)] == ["l1", "l2", "n1", "n2", "h1"]


def test_evictable_is_what_matters_less():
    lanes = filled(PriorityLanes())
    assert [lanes.evictable(p) for p in range(4)] == [(0, 0), (1, 100), (3, 300), (4, 400)]
    assert filled(FifoLane()).evictable(CRITICAL) == (0, 0)
    with pytest.raises(LookupError):
        filled(FifoLane()).evict()


def test_only_critical_is_urgent_and_only_with_priorities():
    assert filled(PriorityLanes()).urgent
    assert not filled(PriorityLanes(), [("h", HIGH)]).urgent
    assert not filled(FifoLane()).urgent


def test_one_of_a_parcel_is_removed_among_others_and_the_rest_stay_in_their_order():
    lanes = FifoLane()
    some = [item(str(n)) for n in range(6)]
    lanes.push(some[0])
    lanes.push(pack(some[1:5]))
    lanes.push(some[5])
    for one in (some[5], list(lanes)[2], some[0]):
        lanes.remove(one)
    assert ids(lanes) == ["1", "3", "4"]
    assert (len(lanes), lanes.bytes) == (3, 300)


def test_one_that_moves_in_takes_the_place_of_its_age():
    lanes = filled(PriorityLanes(), [("l", LOW), ("h1", HIGH), ("h2", HIGH)])
    late, early = item("late", HIGH), item("early", HIGH)
    late.number, early.number = 9, 1
    lanes.insert(late)
    lanes.insert(early)
    assert ids(lanes) == ["early", "h1", "h2", "late", "l"]


@reproducible
@given(
    st.sampled_from([PriorityLanes, FifoLane]),
    st.lists(
        st.one_of(
            st.tuples(st.just("push"), st.integers(0, 3), st.integers(120, 300)),
            st.tuples(st.just("collect"), st.integers(1, 4), st.integers(100, 900)),
            st.tuples(st.sampled_from(["evict", "remove", "insert"]), st.integers(0, 9), st.none()),
        ),
        max_size=40,
    ),
)
def test_count_and_bytes_add_up_after_any_steps(kind, steps):
    lanes, number = kind(), 0
    for step, a, b in steps:
        held = list(lanes)
        match step:
            case "push":
                number += 1
                one = item(str(number), a, b)
                one.number = number
                lanes.push(one)
            case "collect":
                rows = lanes.collect(a, b)
                taken = [one for row in rows for one in row]
                assert len(taken) <= a
                assert sum(one.size for one in taken) <= b or len(taken) == 1
                assert bool(taken) == bool(held)
            case "evict" if lanes.evictable(4)[0]:
                assert lanes.evict().priority == min(one.priority for one in held)
            case "remove" if held:
                lanes.remove(held[a % len(held)])
            case "insert" if held:
                lanes.remove(held[a % len(held)])
                lanes.insert(held[a % len(held)])
        assert (len(lanes), lanes.bytes) == (len(list(lanes)), sum(one.size for one in lanes))
        for p in range(4):
            numbers = [one.number for one in lanes if one.priority == p]
            assert numbers == sorted(numbers)
