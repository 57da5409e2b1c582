"""Waits between attempts: exponential, with full jitter and a ceiling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyqueue.core.retry import backoff
from tests.support import reproducible


def test_it_doubles_up_to_the_ceiling():
    waits = [backoff(attempt, 100, 5_000, 1.0) for attempt in range(1, 9)]
    assert waits == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]


def test_chance_spreads_it_over_the_whole_span():
    assert [backoff(3, 100, 5_000, chance) for chance in (0.0, 0.5, 1.0)] == [0, 200, 400]


def test_a_base_or_ceiling_of_zero_is_zero():
    assert backoff(9, 0, 5_000, 1.0) == backoff(9, 100, 0, 1.0) == 0


@reproducible
@given(
    st.integers(1, 10**9), st.floats(0, 1e6), st.floats(0, 1e9), st.floats(0, 1),
)  # fmt: skip
def test_however_many_attempts_it_stays_between_zero_and_the_ceiling(attempt, base, top, chance):
    assert 0 <= backoff(attempt, base, top, chance) <= top
