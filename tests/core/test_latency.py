"""Latencies: quantiles within the stated error, in a fixed space."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue.core.latency import LatencyHistogram
from tests.support import reproducible

ERROR = 1.091


def filled(waits):
    histogram = LatencyHistogram()
    histogram.add(waits)
    return histogram


@reproducible
@given(
    st.lists(st.floats(0.1, 100_000), min_size=1, max_size=200),
    st.sampled_from([0.5, 0.9, 0.99, 1.0]),
)
def test_a_quantile_is_at_most_9_percent_above_the_true_one_and_never_below(waits, share):
    exact = sorted(waits)[math.ceil(share * len(waits)) - 1]
    found = filled(waits).quantile(share)
    assert exact <= found <= exact * ERROR


@reproducible
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50))
def test_quantiles_rise_with_the_share_and_end_at_the_longest_wait(waits):
    histogram = filled(waits)
    found = [histogram.quantile(share / 20) for share in range(21)]
    assert found == sorted(found)
    assert found[-1] == histogram.max == max(waits)


@reproducible
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_the_mean_is_exact(waits):
    assert filled(waits).mean == pytest.approx(sum(waits) / len(waits))


def test_without_any_wait_there_is_neither_mean_nor_quantile():
    histogram = LatencyHistogram()
    assert (histogram.mean, histogram.quantile(0.5), histogram.count) == (None, None, 0)


def test_many_waits_in_two_calls_count_as_one_by_one():
    waits = [0.0, 0.1, 7.0, 7.0, -1.0, 1e9]
    together, alone = filled(waits[:3]), LatencyHistogram()
    together.add(waits[3:])
    for wait in waits:
        alone.add([wait])
    shares = [share / 6 for share in range(7)]
    assert [*map(together.quantile, shares)] == [*map(alone.quantile, shares)]
    assert (together.count, together.mean, together.max) == (6, alone.mean, 1e9)


def test_a_negative_wait_between_two_clocks_is_none_at_all():
    histogram = filled([-0.3])
    assert (histogram.mean, histogram.quantile(0.99), histogram.max) == (0.0, 0.0, 0.0)


def test_below_a_tenth_of_a_ms_it_says_a_tenth_at_most():
    assert filled([0.01, 0.02, 0.03]).quantile(0.5) <= 0.1


def test_an_outage_of_an_hour_does_not_hide_that_most_waits_were_shorter():
    histogram = filled([200_000.0] * 99 + [3_600_000.0])
    assert histogram.quantile(0.5) <= 200_000 * ERROR


def test_it_takes_the_same_space_after_a_million_waits_as_after_one():
    histogram = filled([1.0])
    before = sys.getsizeof(histogram._buckets)
    for _ in range(1_000):
        histogram.add([7.0])
    assert sys.getsizeof(histogram._buckets) == before
