"""The breaker: opens after failures in a row, probes one at a time, closes by itself."""

from __future__ import annotations

import pytest

from pyqueue.core.breaker import Breaker


def opened(at=0.0, threshold=3):
    breaker = Breaker(threshold, 1_000)
    for _ in range(threshold):
        breaker.failed(at)
    return breaker


def test_it_opens_at_its_threshold_and_not_before():
    breaker = Breaker(3, 1_000)
    for expected in ("closed", "closed", "open"):
        assert breaker.allows(0.0, 7) is True
        breaker.failed(0.0)
        assert breaker.state == expected


def test_a_success_starts_the_count_again():
    breaker = Breaker(2, 1_000)
    for _ in range(10):
        breaker.failed(0.0)
        breaker.succeeded()
    assert breaker.state == "closed"


def test_open_it_allows_nothing_until_the_cooldown_is_over():
    breaker = opened(at=50.0)
    assert breaker.probe_at() == 1_050.0
    assert not breaker.allows(1_049.9, 0)
    assert breaker.allows(1_050.0, 0)
    assert breaker.state == "half-open"


def test_half_open_it_allows_one_probe_at_a_time():
    breaker = opened()
    assert breaker.allows(1_000.0, 0)
    assert not breaker.allows(1_000.0, 1)


def test_a_probe_that_succeeds_closes_it_and_it_takes_the_full_threshold_again():
    breaker = opened()
    breaker.allows(1_000.0, 0)
    breaker.succeeded()
    assert (breaker.state, breaker.probe_at()) == ("closed", None)
    breaker.failed(1_001.0)
    assert breaker.state == "closed"


def test_a_probe_that_fails_starts_the_cooldown_again():
    breaker = opened()
    breaker.allows(1_000.0, 0)
    breaker.failed(1_200.0)
    assert (breaker.state, breaker.probe_at()) == ("open", 2_200.0)


@pytest.mark.parametrize("threshold", [1, 2])
def test_a_write_that_was_still_under_way_and_succeeds_closes_it(threshold):
    breaker = opened(threshold=threshold)
    breaker.succeeded()
    assert breaker.allows(0.0, 0)


def test_a_cooldown_of_zero_probes_at_once():
    breaker = Breaker(1, 0)
    breaker.failed(5.0)
    assert breaker.allows(5.0, 0)
