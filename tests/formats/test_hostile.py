"""Whatever a trace holds: a file comes of it, and it harms nobody who reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue.formats import FORMATS
from pyqueue.formats.safe import visible
from tests.formats.samples import file, json_values, traces
from tests.support import reproducible

deep: dict = {}
for _ in range(20_000):
    deep = {"a": deep}

HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>",
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "override": "\u202eevil\u2066",
    "surrogate": "\ud800 \udfff",
    "formula": '=HYPERLINK("http://x","y")',
    "long": "x" * 2**20,
    "null": "\0",
    "lines": "a\r\nb\u2028c\x85d",
    "deep": deep,
    "number": float("nan"),
    "infinite": float("-inf"),
    "digits": 10**5_000,
    "bytes": b"\xff",
    "": {None: {1: "odd keys"}},
}
TRACES = [
    {"name": "a", "id": "a", "priority": "low", "timestamp": 1, "duration": 1, "attributes": {}}
    | part
    for kind, value in HOSTILE.items()
    for part in (
        {"attributes": {kind: value, "list": [value]}},
        {"attributes": {value: kind} if isinstance(value, str) else {}},
        {"error": {"type": value, "message": value, "stack": value, "more": value}},
        {"error": value},
        *({key: value} for key in ("name", "id", "status", "traceId", "spanId", "parentId")),
        *({key: value} for key in ("timestamp", "duration", "priority", "attributes")),
    )
]


@pytest.mark.parametrize("verbosity", [None, "minimal", "standard", "detailed"])
@pytest.mark.parametrize("name", FORMATS)
def test_nothing_throws_and_all_is_utf8(name, verbosity):
    options = {"verbosity": verbosity} if name == "json" and verbosity else {}
    content = file([*TRACES, {}], name, **options)
    assert content.encode()
    if name in ("json", "chrome"):
        assert json.loads(content, parse_constant=pytest.fail)
    if name in ("ndjson", "otlp"):
        assert [json.loads(line, parse_constant=pytest.fail) for line in content.split("\n")[:-1]]


@reproducible
@given(st.lists(traces() | st.dictionaries(st.sampled_from(["id", "name"]), json_values)))
def test_no_content_throws_in_any_format(made):
    for name in FORMATS:
        assert isinstance(file(made, name), str)


def test_text_holds_nothing_that_a_terminal_obeys_and_no_line_is_too_long():
    for line in file(TRACES, "text").split("\n"):
        assert visible(line) == line
        assert len(line) <= 80
