"""Which traces are asked for: conditions, order, limit, and rows that need not be read."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import MemoryStore, TraceQuery
from pyqueue.batch import seal_row
from pyqueue.query import rows_in_order, traces_of
from pyqueue.testing.conformance.making import ids, make_trace
from tests.support import make_queue, reproducible

conditions = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["0", "3", "9"]),
        "name": st.sampled_from(["a", "b"]),
        "priority": st.integers(0, 3) | st.sampled_from(["low", "CRITICAL"]),
        "trace_id": st.sampled_from(["x", "y"]),
        "status": st.sampled_from(["ok", "error"]),
        "ids": st.lists(st.sampled_from(["0", "3", "9"])),
        "attributes": st.sampled_from([{"n": 1}, {"n": "1"}, {"a.b": True}, {"n": 1, "a.b": 2}]),
        "text": st.sampled_from(["", "A", "1", "ÜB", '"b']),
        "since": st.integers(0, 9) | st.floats(0, 9),
        "until": st.integers(0, 9),
        "limit": st.integers(0, 9),
        "order": st.sampled_from(["stored", "asc", "desc"]),
    },
)
traces = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 9), st.sampled_from(["a", "b"]),
        st.sampled_from(["x", "y", ""]),
        st.sampled_from(
            [
                {"status": "ok"}, {"status": "error", "error": "über"}, {"attributes": {"n": 1.0}},
                {"attributes": {"n": "1", "a": {"b": True}}},
                {"attributes": {"n": 1, "a.b": 2, "a": {"b": [{"c": 'say "B"'}]}}},
            ]
        ),
    ),
    max_size=8,
)  # fmt: skip


def held(attributes, key, value):
    """Whether an attribute is as asked, for the two that there are."""
    nested = attributes.get("a", {}).get("b") if key == "a.b" else None
    return json.dumps(value) in (
        json.dumps(attributes.get(key)).removesuffix(".0"),
        json.dumps(nested),
    )


def words(trace):
    """What a text is looked for in, for the traces that there are."""
    attributes = trace["attributes"]
    parts = [trace["name"], trace.get("error"), attributes.get("n"), attributes.get("a.b")]
    if attributes.get("a.b"):
        parts.append('say "B"')
    return "\n".join(str(part).lower() for part in parts if part is not None)


def matches(trace, query):
    """The conditions in plain words, to compare with."""
    labels = ("low", "normal", "high", "critical")
    return (
        (query.id is None or trace["id"] == query.id)
        and (query.name is None or trace["name"] == query.name)
        and (query.priority is None or trace["priority"] == labels[query.priority])
        and (query.trace_id is None or trace.get("traceId") == query.trace_id)
        and (query.status is None or trace.get("status") == query.status)
        and (query.ids is None or trace["id"] in query.ids)
        and all(held(trace["attributes"], *asked) for asked in (query.attributes or {}).items())
        and (query.text is None or query.text.lower() in words(trace))
        and (query.since is None or trace["timestamp"] >= query.since)
        and (query.until is None or trace["timestamp"] <= query.until)
    )


@reproducible
@given(conditions, traces)
def test_it_finds_exactly_what_meets_all_conditions_and_skips_no_row_that_holds_one(asked, made):
    query = TraceQuery(**asked)
    items = [
        make_trace(str(n), p, float(t), name=name, **more, **({"traceId": link} if link else {}))
        for n, (p, t, name, link, more) in enumerate(made)
    ]
    rows = [seal_row("s", n + 1, items[n : n + 3]) for n in range(0, len(items), 3)]
    everything = [trace for row in rows for trace in traces_of(row)]
    read = [
        trace
        for row in rows
        if query.wants_row(row.priority, row.mixed, row.t_min, row.t_max, row.trace_ids)
        and query.searcher()(row.data)
        for trace in traces_of(row)
    ]
    expected = [trace for trace in everything if matches(trace, query)]
    if query.order != "stored":
        expected.sort(key=lambda trace: trace["timestamp"])
    if query.order == "desc":  # exactly the reverse: of equal times, the later stored first
        expected.reverse()
    assert query.select(read) == expected[: query.limit]


def test_a_trace_that_is_seen_twice_is_given_once():
    traces = [{"id": "a", "name": "a", "priority": "low", "timestamp": 1}] * 2
    assert ids(TraceQuery().select(traces)) == ["a"]


def test_rows_are_read_in_the_order_of_their_sealing():
    first, second = seal_row("s", 1, [make_trace("a")]), seal_row("s", 2, [make_trace("b")])
    later = seal_row("t", 1, [make_trace("c")])
    assert rows_in_order([later, second, first]) == [first, second, later]


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"limit": -1}, ValueError, "limit must be at least 0, not -1"),
        ({"limit": "3"}, TypeError, "limit must be a number, not '3'"),
        ({"limit": float("nan")}, ValueError, "limit"),
        ({"since": True}, TypeError, "since must be a number, not True"),
        ({"until": "now"}, TypeError, "until"),
        ({"name": 3}, TypeError, "name must be a string, not 3"),
        ({"status": 3}, TypeError, "status must be a string, not 3"),
        ({"text": ["a"]}, TypeError, r"text must be a string, not \['a'\]"),
        ({"ids": "abc"}, TypeError, "ids must be a list of strings, not 'abc'"),
        ({"ids": ["a", 3]}, TypeError, "ids must be strings, not 3"),
        ({"attributes": "a=3"}, TypeError, "attributes must be keys with values, not 'a=3'"),
        ({"attributes": {3: 3}}, TypeError, "a key must be a string, not 3"),
        ({"attributes": {"a": [1]}}, TypeError, r"'a' must be a string, .*, not \[1\]"),
        ({"order": "newest"}, ValueError, "'stored', 'asc' or 'desc', not 'newest'"),
        ({"priority": "urgent"}, ValueError, "'urgent'"),
        ({"priority": 7}, ValueError, "priority must be 0 to 3, or a name, not 7"),
        ({"priority": 1.5}, ValueError, "priority must be .*, not 1.5"),
        ({"priority": -1}, ValueError, "priority must be .*, not -1"),
        ({"colour": "red"}, TypeError, "colour"),
    ],
    ids=str,
)
def test_a_mistake_in_a_query_is_named(asked, kind, words):
    with pytest.raises(kind, match=words):
        TraceQuery(**asked)


async def test_an_infinite_limit_is_none():
    async with make_queue() as queue:
        for name in "ab":
            queue.enqueue({"name": name})
        assert len(await queue.query(limit=float("inf"))) == 2
        await queue.flush()
        assert len(await queue.query(limit=float("inf"), order="desc")) == 2


async def test_what_is_held_is_found_as_what_is_stored_and_a_limit_counts_both():
    async with make_queue(max_batch_size=2) as queue:
        for n in range(5):
            queue.enqueue({"name": "a", "id": str(n), "timestamp": n})
        await asyncio.sleep(0.1)
        assert queue.metrics().written == 4
        assert ids(await queue.query()) == ["0", "1", "2", "3", "4"]
        assert ids(await queue.query(order="desc", limit=2)) == ["4", "3"]
        assert ids(await queue.query(TraceQuery(since=3))) == ["3", "4"]
        assert await queue.query(limit=0) == []


async def test_the_held_come_in_the_order_in_which_they_will_be_stored():
    async with make_queue() as queue:
        for priority in ("low", "high", "normal"):
            queue.enqueue({"name": "a", "id": priority}, priority)
        before = ids(await queue.query())
        await queue.flush()
        assert before == ids(await queue.query()) == ["high", "normal", "low"]


def trace_of(attributes, **fields):
    return {
        "id": "1",
        "name": "Pay",
        "priority": "low",
        "timestamp": 1,
        "attributes": attributes,
    } | fields


@pytest.mark.parametrize(
    ("attributes", "key", "value", "is_match"),
    [
        ({"user.plan": "pro"}, "user.plan", "pro", True),
        ({"user": {"plan": "pro"}}, "user.plan", "pro", True),
        ({"a": {"b.c": {"d": 1}}}, "a.b.c.d", 1, True),
        ({"a": {"b": 2}, "a.b": 1}, "a.b", 2, True),
        ({"a": 1}, "a", 1.0, True),
        ({"a": True}, "a", 1, False),
        ({"a": 0}, "a", False, False),
        ({"a": "1"}, "a", 1, False),
        ({"a": None}, "a", None, True),
        ({}, "a", None, False),
        ({"a": [1]}, "a", 1, False),
        (["a"], "a", "a", False),
        ({"a": {"b": 1}}, "a", 1, False),
    ],
    ids=str,
)
def test_an_attribute_is_asked_for_by_its_key_or_the_way_to_it(attributes, key, value, is_match):
    matcher = TraceQuery(attributes={key: value}).matcher()
    assert matcher(trace_of(attributes)) is is_match


@pytest.mark.parametrize(
    ("text", "is_match"),
    [
        ("pay", True), ("ADDRESS", True), ("straße", True), ("4.5", True), ("404", True),
        ("cannot", True), ("undefined (app", True), ("true", False), ("key", False), ("low", False),
        ("", True),
    ],
)  # fmt: skip
def test_a_text_is_looked_for_in_name_error_and_attributes_in_any_case(text, is_match):
    error = {"message": "Cannot read", "stack": "undefined (app.js)"}
    attributes = {"key": [{"deep": "Straße"}, 404.0, 4.5, True], "to": "address"}
    matcher = TraceQuery(text=text).matcher()
    assert matcher(trace_of(attributes, error=error)) is is_match


async def test_chosen_ids_are_found_and_no_more_is_read_than_it_takes():
    store = MemoryStore()
    async with make_queue(store, max_batch_size=2) as queue:
        for n in range(20):
            queue.enqueue({"name": "a", "id": str(n), "timestamp": n})
        await queue.flush()
        pages = [page async for page in queue.stream(ids=["3", "1"])]
        assert ids([trace for page in pages for trace in page.traces]) == ["1", "3"]
        assert pages[-1].progress.rows_read < 10
