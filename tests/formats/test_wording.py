"""Figures that nobody meant to be read are told all the same, in few words."""

from __future__ import annotations

import pytest

from pyqueue.formats.wording import duration_text, wrapped


@pytest.mark.parametrize(
    ("ms", "told"),
    [(0.4, "<1ms"), (999, "999ms"), (125_000, "2m 5s"), (1e300, "1e+300ms"), (-1e300, "-1e+300ms")],
)
def test_a_duration_is_told_in_the_unit_that_fits(ms: float, told: str):
    assert duration_text(ms) == told


def test_a_sum_beyond_all_numbers_is_told():
    assert duration_text(1e308 + 1e308) == "infms"


@pytest.mark.parametrize("room", [1, 0, -5])
def test_a_text_without_room_is_a_column_of_characters(room: int):
    assert wrapped("abc", room) == ["a", "b", "c"]
