"""Four priorities, what may name one, and what a trace's content suggests."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import TracePriority
from pyqueue.priority import HIGHEST_FIRST, LABELS, infer
from tests.support import reproducible


def test_there_are_four_and_the_higher_number_matters_more():
    assert [(p.name, p.value) for p in TracePriority] == [
        ("LOW", 0), ("NORMAL", 1), ("HIGH", 2), ("CRITICAL", 3),
    ]  # fmt: skip
    assert sorted(TracePriority, reverse=True) == list(HIGHEST_FIRST)


def test_labels_are_the_names_that_javascript_uses():
    assert [p.label for p in TracePriority] == list(LABELS) == ["low", "normal", "high", "critical"]


@pytest.mark.parametrize("word", ["critical", "CRITICAL", "Critical"])
def test_a_name_is_understood_in_any_case(word):
    assert TracePriority.of(word) is TracePriority.CRITICAL


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        *[(0.5, 1), (1.4, 1), (1.5, 2), (1.6, 2), (2.5, 3), (-0.5, 0), (-4, 0), (7, 3)],
        *[(math.inf, 3), (-math.inf, 0)],
        pytest.param(10**400, 3, id="too large for a float"),
    ],
)
def test_numbers_are_rounded_half_up_and_clamped(number, expected):
    assert TracePriority.of(number) == expected


@reproducible
@given(st.floats(allow_nan=False) | st.integers())
def test_every_number_but_nan_is_some_priority_and_order_is_kept(number):
    found = TracePriority.of(number)
    assert isinstance(found, TracePriority)
    assert TracePriority.of(number + 1) >= found


def test_nan_and_unknown_words_are_the_caller_s_mistake():
    with pytest.raises(ValueError, match="NaN"):
        TracePriority.of(math.nan)
    with pytest.raises(ValueError, match="'urgent' is none of low, normal, high, critical"):
        TracePriority.of("urgent")


@pytest.mark.parametrize("value", [None, True, [], b"low", 1j])
def test_other_types_are_named(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        TracePriority.of(value)


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        ({"name": "cart"}, "NORMAL"),
        ({}, "NORMAL"),
        ({"name": "system:boot"}, "HIGH"),
        ({"name": "app.user:login"}, "HIGH"),
        ({"name": "debug:x"}, "LOW"),
        ({"name": "my trace:x"}, "LOW"),
        ({"name": "debug:user:x"}, "HIGH"),
        ({"name": "systematic"}, "NORMAL"),
        ({"name": "debug:x", "error": "boom"}, "CRITICAL"),
        ({"name": "debug:x", "status": "error"}, "CRITICAL"),
        ({"name": "a", "status": "ok", "error": None}, "NORMAL"),
        # As JavaScript has it, where the page infers (web/trace.js):
        ({"name": "a", "error": {}}, "CRITICAL"),
        ({"name": "a", "error": []}, "CRITICAL"),
        ({"name": "a", "error": "0"}, "CRITICAL"),
        ({"name": "a", "error": True}, "CRITICAL"),
        ({"name": "a", "error": ""}, "NORMAL"),
        ({"name": "a", "error": 0}, "NORMAL"),
        ({"name": "a", "error": False}, "NORMAL"),
        ({"name": "a", "error": float("nan")}, "NORMAL"),
    ],
)
def test_content_suggests_a_priority_and_an_error_beats_any_name(trace, expected):
    assert infer(trace).name == expected
