"""A trace at the door: what is taken, how it is stored, which mistakes are named."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, RootModel
from pydantic.alias_generators import to_camel

from pyqueue.formats import read_traces, written
from pyqueue.priority import LABELS
from pyqueue.trace import FIELDS, read_trace, with_priority
from tests.support import reproducible


def read(trace, priority=None):
    return read_trace(trace, priority, 5.0, lambda: 1_000.0, lambda: "new")


def stored(trace, priority=None):
    return json.loads(read(trace, priority).text)


def test_a_name_is_enough():
    assert stored({"name": "a"}) == {
        "id": "new", "name": "a", "priority": "normal", "timestamp": 1_000.0, "duration": 0,
        "attributes": {},
    }  # fmt: skip


def test_every_field_is_stored_in_one_order():
    trace = {
        "error": {"type": "E"}, "status": "error", "parentId": "p", "spanId": "s", "traceId": "t",
        "attributes": {"a": [1]}, "duration": 1.5, "timestamp": 7.25, "priority": "low",
        "name": "a", "id": "mine",
    }  # fmt: skip
    found = stored(trace)
    assert found == trace
    assert tuple(found) == FIELDS


def test_links_may_be_in_snake_case():
    found = stored({"name": "a", "trace_id": "t", "span_id": "s", "parent_id": "p"})
    assert (found["traceId"], found["spanId"], found["parentId"]) == ("t", "s", "p")


def test_the_caller_s_priority_beats_the_trace_s_and_that_beats_its_content():
    trace = {"name": "debug:x"}
    assert read(trace).priority == 0
    assert read(trace | {"priority": "high"}).priority == 2
    assert read(trace | {"priority": "high"}, "normal").priority == 1
    assert stored(trace | {"priority": "high"}, 3)["priority"] == "critical"


def test_an_explicit_zero_is_zero():
    found = stored({"name": "a", "timestamp": 0, "duration": 0, "priority": 0})
    assert (found["timestamp"], found["duration"], found["priority"]) == (0, 0, "low")


def test_what_is_taken_is_beyond_the_reach_of_later_changes():
    attributes = {"cart": [1]}
    taken = read({"name": "a", "attributes": attributes})
    attributes["cart"].append(2)
    assert json.loads(taken.text)["attributes"] == {"cart": [1]}


def test_any_mapping_is_a_trace():
    assert stored(MappingProxyType({"name": "a"}))["name"] == "a"


def test_a_pydantic_model_is_a_trace_with_or_without_aliases():
    class Plain(BaseModel):
        name: str
        trace_id: str | None = None

    class Aliased(Plain):
        model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    for model in (Plain, Aliased):
        found = stored(model(name="a", trace_id="t"))
        assert (found["name"], found["traceId"]) == ("a", "t")
        assert "traceId" not in stored(model(name="a"))


@reproducible
@given(st.text(min_size=1), st.dictionaries(st.text(), st.text() | st.floats() | st.binary()))
def test_its_size_is_exactly_that_of_its_text(name, attributes):
    taken = read({"name": name, "attributes": attributes})
    assert taken.size == len(taken.text.encode())


@pytest.mark.parametrize(
    ("trace", "kind", "word"),
    [
        (["name"], TypeError, "not list"),
        ({"name": 3}, ValueError, "'name'"),
        ({"name": "a", "id": 3}, TypeError, "'id'"),
        ({"name": "a", "duration": True}, TypeError, "'duration'"),
        ({"name": "a", "timestamp": "now"}, TypeError, "'timestamp'"),
        ({"name": "a", "timestamp": float("inf")}, ValueError, "'timestamp'"),
        pytest.param(
            {"name": "a", "timestamp": 10**400}, ValueError, "'timestamp'", id="too large"
        ),
        ({"name": "a", "traceId": 1}, TypeError, "'traceId'"),
        ({"name": "a", "status": 1}, TypeError, "'status'"),
        ({"name": "a", "attributes": "x"}, TypeError, "'attributes'"),
        ({"name": "a", "user": 1}, ValueError, "'user'; put it into 'attributes'"),
        ({"name": "a", "priority": "urgent"}, ValueError, "priority 'urgent'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_mistake_names_the_field(trace, kind, word):
    with pytest.raises(kind, match=word):
        read(trace)


def test_a_pydantic_model_of_something_else_is_no_trace():
    with pytest.raises(TypeError, match=r"pydantic model of one, not RootModel\[list\[int\]\]"):
        read(RootModel[list[int]]([1]))
    assert stored(RootModel[dict[str, str]]({"name": "a"}))["name"] == "a"


@pytest.mark.parametrize(
    ("error", "is_kept"),
    [({}, True), ([], True), (True, True), ("x", True), ("", False), (0, False), (False, False)],
    ids=repr,
)
def test_an_error_is_what_javascript_takes_for_true(error, is_kept):
    found = stored({"name": "a", "error": error})
    assert found.get("error", "none") == (error if is_kept else "none")
    assert found["priority"] == ("critical" if is_kept else "normal")
    for format in ("ndjson", "json", "otlp"):
        (again,) = read_traces(written([found], format))
        assert again == found


def test_an_error_that_can_t_be_printed_leaves_the_rest_of_the_trace_readable():
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    found = stored({"name": "a", "error": Unprintable()})
    assert found["id"] == "new"
    assert found["priority"] == "critical"


def test_another_priority_changes_the_text_and_nothing_else():
    before = read({"name": "a", "attributes": {"é": "\ud800", "n": 0.1}, "traceId": "t"}, "low")
    before.number = 7
    after = with_priority(before, 3)
    assert json.loads(after.text) == json.loads(before.text) | {"priority": LABELS[3]}
    assert after.size == len(after.text.encode())
    assert (after.id, after.number, after.enqueued_at, after.trace_id, after.priority) == (
        before.id, 7, before.enqueued_at, "t", 3,
    )  # fmt: skip
