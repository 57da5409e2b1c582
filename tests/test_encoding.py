"""Anything a caller puts into a trace becomes JSON; what JSON can't carry leaves a mark."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum, IntEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue.encoding import byte_size, encode, encode_part
from pyqueue.redaction import DEFAULT
from pyqueue.storable import MAX_DEPTH, MAX_VALUES
from tests.support import examples, reproducible

text = st.text(st.characters(exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
)  # fmt: skip
anything = st.recursive(
    st.none() | st.floats() | text | st.binary() | st.dates() | st.complex_numbers() | st.uuids()
    | st.decimals() | st.integers() | st.timedeltas() | st.just(len) | st.just(object()),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(text | st.floats(), inner),
)  # fmt: skip


class Colour(Enum):
    RED = "red"


class Word(str, Enum):  # noqa: UP042  (the older kind, whose str() is not its value)
    RED = "red"


class Level(IntEnum):
    TOP = 3


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class Broken(Mapping):
    def __getitem__(self, key):
        raise RuntimeError("can't be read")

    def __iter__(self):
        return iter(["a"])

    def __len__(self):
        return 1


@reproducible
@given(json_values)
def test_what_json_can_carry_comes_back_unchanged(value):
    assert json.loads(encode(value)) == value


@settings(reproducible, max_examples=examples(200))
@given(anything)
def test_it_never_raises_and_is_always_standard_json_in_utf8(value):
    def refuse(constant):
        raise AssertionError(constant)

    found = encode({"attributes": value})
    assert "attributes" in json.loads(found, parse_constant=refuse)
    assert byte_size(found) == len(found.encode())
    assert "\n" not in found  # the page hands traces over line by line


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        (math.nan, "[NaN]"),
        (math.inf, "[Infinity]"),
        (-math.inf, "[-Infinity]"),
        (b"abc", "[bytes 3]"),
        (bytearray(2), "[bytes 2]"),
        (object(), "[object]"),
        (len, "[function len]"),
        ({1}, [1]),
        ((1, 2), [1, 2]),
        (Colour.RED, "red"),
        (date(2025, 1, 2), "2025-01-02"),
        (datetime(2025, 1, 2, 3, 4, tzinfo=UTC), "2025-01-02T03:04:00+00:00"),
        (ValueError("bad"), {"type": "ValueError", "message": "bad"}),
    ],
    ids=lambda value: str(value)[:12],
)
def test_the_rest_leaves_a_mark_that_says_what_was_there(value, mark):
    assert json.loads(encode({"a": value, "b": 1})) == {"a": mark, "b": 1}


def test_a_container_inside_itself_is_marked_and_a_shared_one_is_not():
    loop: dict = {"name": "a"}
    loop["self"] = [loop]
    assert json.loads(encode(loop)) == {"name": "a", "self": ["[circular]"]}
    shared = [math.nan]
    assert json.loads(encode([shared, shared])) == [["[NaN]"], ["[NaN]"]]


@pytest.mark.parametrize("innermost", [1, math.nan], ids=str)
@pytest.mark.parametrize(
    "depth",
    # Below pytest's frames, 5,000 levels are more than the stack of Pyodide's json bears.
    [MAX_DEPTH + 1, MAX_DEPTH + 10, 500, 5_000],
)
def test_what_lies_too_deep_is_cut_whatever_else_is_in_it(innermost, depth):
    value = innermost
    for _ in range(depth):
        value = [value]
    found = encode(value)
    assert "[too deep]" in found
    assert found.count("[") == MAX_DEPTH + 1


def linked(count):
    """So many objects of which each knows all others."""
    objects = [{"number": number} for number in range(count)]
    for one in objects:
        one["others"] = [other for other in objects if other is not one]
    return objects[0]


def doubled(levels, innermost):
    """No circle, but twice as many ways at each level."""
    for _ in range(levels):
        innermost = {"left": innermost, "right": innermost}
    return innermost


@pytest.mark.parametrize(
    "value",
    [linked(12), linked(300), doubled(28, 1), doubled(28, math.nan), doubled(14, "x" * 10_000)],
    ids=["12 linked", "300 linked", "doubled", "doubled, with a mark", "doubled, with long texts"],
)
def test_of_objects_with_many_ways_between_them_only_so_much_is_kept(value):
    found = encode_part({"value": value, "beside": "kept"}, DEFAULT)
    assert "[too large]" in found
    assert json.loads(found)["beside"] == "kept"
    assert found.count(",") < 1.5 * MAX_VALUES
    assert len(found) < 2**23


@pytest.mark.parametrize("beside", [1, math.nan], ids=str)
@pytest.mark.parametrize(
    "value",
    [
        list(range(200_000)),
        [{"x": 1, "y": 2}] * 15_000,
        ["x" * 100] * 10_000,
        ["x" * 2**20],
        "x" * 2**24,
        doubled(12, 1),
    ],
    ids=["numbers", "rows", "texts", "a long text", "a longer one", "doubled"],
)
def test_what_is_only_wide_or_long_is_kept_whole(value, beside):
    found = json.loads(encode_part({"beside": beside, "value": value}, DEFAULT))
    assert found["value"] == value


def test_a_lone_surrogate_is_kept_as_its_escape():
    found = encode({"é\ud800": "\udfff\U0001f40d"})
    assert found.encode()
    assert json.loads(found) == {"é\ud800": "\udfff\U0001f40d"}


@pytest.mark.parametrize("value", [Word.RED, Level.TOP, True, 10**400], ids=repr)
def test_a_value_looks_the_same_whatever_stands_beside_it(value):
    alone, beside = encode({"a": value}), encode({"a": value, "b": math.nan})
    assert json.loads(beside)["a"] == json.loads(alone)["a"]


def test_a_key_looks_the_same_whatever_stands_beside_it():
    alone, beside = encode({True: 1, None: 2, 3: 4}), encode({True: 1, None: 2, 3: 4, "b": {1}})
    assert json.loads(alone) == {"true": 1, "null": 2, "3": 4}
    assert json.loads(beside) == json.loads(alone) | {"b": [1]}


def test_a_number_with_too_many_digits_for_python_is_no_exception():
    assert "attributes" in json.loads(encode({"attributes": {"n": 10**5_000}}))


@pytest.mark.parametrize("value", [Unprintable(), Broken()], ids=["error", "mapping"])
def test_a_value_that_raises_while_it_is_read_takes_nothing_else_along(value):
    found = json.loads(encode({"id": "x", "error": value}))
    assert found["id"] == "x"
    assert "unreadable" in str(found["error"])
