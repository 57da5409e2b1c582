"""Pressure: soft and hard levels that do not flicker and never latch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import HeapReading, QueueConfig
from pyqueue.core.memory_limiter import MemoryLimiter
from tests.support import NORMAL, item, make_core, reproducible


def make_limiter(**options):
    return MemoryLimiter(QueueConfig(max_queue_size=100, max_queue_bytes=1_000, **options))


def levels(limiter, counts):
    found = []
    for count in counts:
        limiter.update(count, 0)
        found.append(limiter.pressure)
    return found


def test_a_level_is_left_at_a_lower_mark_than_it_was_entered_at():
    assert levels(make_limiter(), [0, 79, 80, 97, 98, 100, 91, 90, 89, 61, 60, 59, 79, 80]) == [
        "none", "none", "soft", "soft", "hard", "hard", "hard", "hard", "soft", "soft", "soft",
        "none", "none", "soft",
    ]  # fmt: skip


def test_bytes_press_as_count_does():
    limiter = make_limiter()
    limiter.update(1, 800)
    assert limiter.pressure == "soft"
    limiter.update(1, 980)
    assert limiter.pressure == "hard"


def test_it_tells_of_a_change_once():
    limiter = make_limiter()
    assert [limiter.update(n, 0) for n in (10, 80, 85, 100, 100, 0)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip


@reproducible
@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 1_000), st.none() | st.integers(0, 99)))
)
def test_whatever_came_before_an_empty_queue_on_a_free_heap_feels_no_pressure(readings):
    limiter = make_limiter()
    for count, size, used in readings:
        limiter.heap = None if used is None else HeapReading(used, 100)
        limiter.update(count, size)
    limiter.heap = HeapReading(10, 100)
    limiter.update(0, 0)
    assert limiter.pressure == "none"


def test_a_tight_heap_is_hard_pressure_whatever_the_queue_holds():
    limiter = make_limiter()
    limiter.heap = HeapReading(81, 100)
    limiter.update(0, 0)
    assert limiter.pressure == "hard"
    limiter.heap = HeapReading(40, 100)
    limiter.update(0, 0)
    assert limiter.pressure == "none"


@pytest.mark.parametrize(
    ("used", "more", "tight"), [(80, 0, False), (80.1, 0, True), (70, 10, False), (70, 11, True)]
)
def test_the_heap_is_tight_above_its_threshold(used, more, tight):
    limiter = make_limiter()
    limiter.heap = HeapReading(used, 100)
    assert limiter.heap_is_tight(more) is tight


def test_an_unknown_heap_is_never_tight():
    assert not make_limiter(heap_threshold=0).heap_is_tight(10**9)


def test_a_heap_that_moves_around_its_threshold_does_not_make_the_pressure_flicker():
    limiter = make_limiter()
    changes = 0
    for n in range(20):
        limiter.heap = HeapReading(81 if n % 2 else 79.9, 100)
        changes += limiter.update(0, 0)
    assert changes == 1


def test_the_queue_tells_of_the_heap_s_turns_with_the_reading():
    core = make_core()
    for used in (10, 90, 95, 20):
        core.observe_heap(HeapReading(used, 100), 0.0)
    told = [event.payload for event in core.take_events(0.0) if event.kind == "memory"]
    assert told == [
        {"tight": True, "heap": {"used": 90, "limit": 100}},
        {"tight": False, "heap": {"used": 20, "limit": 100}},
    ]


def test_the_pressure_falls_when_what_was_held_is_cancelled():
    core = make_core(max_queue_size=10)
    for n in range(10):
        core.offer(item(str(n), NORMAL), 0.0)
    assert core.limiter.pressure == "hard"
    for n in range(10):
        core.cancel(str(n), 0.0)
    assert core.limiter.pressure == "none"
    told = [e.payload["level"] for e in core.take_events(0.0) if e.kind == "backpressure"]
    assert told == ["soft", "hard", "soft", "none"]
