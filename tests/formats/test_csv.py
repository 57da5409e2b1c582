"""A CSV file opens in any spreadsheet, and none of its cells is a formula."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.samples import SAMPLE, file, traces
from tests.formats.test_hostile import TRACES
from tests.support import reproducible


def table(made):
    csv.field_size_limit(2**30)
    return list(csv.DictReader(io.StringIO(file(made, "csv"), newline=""), strict=True))


def test_each_trace_is_a_row_and_attributes_are_one_column():
    first, second, _ = table(SAMPLE)
    assert first["error"] == "TypeError: cart is undefined"
    assert json.loads(second["attributes"]) == SAMPLE[1]["attributes"]
    assert second["time"] == "2026-09-21T14:13:20.100Z"
    assert float(second["duration"]) == 80


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])  # noqa: RUF001
def test_what_looks_like_a_formula_is_text(sign):
    (row,) = table([{"name": f"{sign}1+1", "id": f"{sign}2", "error": f"{sign}3"}])
    assert [row[key][0] for key in ("name", "id", "error")] == ["'"] * 3


def test_a_negative_number_is_no_formula():
    (row,) = table([{"name": "a", "timestamp": -1.5}])
    assert row["timestamp"] == "-1.5"


@reproducible
@given(st.lists(traces(), max_size=5))
def test_any_trace_is_one_row_of_as_many_cells(made):
    assert len(table(made)) == len(made)


def test_so_are_hostile_ones_and_rows_end_as_rfc_4180_says():
    assert len(table(TRACES)) == len(TRACES)
    assert file(SAMPLE, "csv").count("\r\n") == 1 + len(SAMPLE)
    assert "\0" not in file(TRACES, "csv")
