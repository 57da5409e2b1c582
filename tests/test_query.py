"""Which traces are asked for: conditions, order, limit, and rows that need not be read."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import TraceQuery
from pyqueue.batch import seal_row
from pyqueue.query import rows_in_order, traces_of
from pyqueue.testing.conformance import ids, make_trace
from tests.support import make_queue, reproducible

conditions = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["0", "3", "9"]),
        "name": st.sampled_from(["a", "b"]),
        "priority": st.integers(0, 3) | st.sampled_from(["low", "CRITICAL"]),
        "trace_id": st.sampled_from(["x", "y"]),
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
    ),
    max_size=8,
)  # fmt: skip


def matches(trace, query):
    """The conditions in plain words, to compare with."""
    labels = ("low", "normal", "high", "critical")
    return (
        (query.id is None or trace["id"] == query.id)
        and (query.name is None or trace["name"] == query.name)
        and (query.priority is None or trace["priority"] == labels[query.priority])
        and (query.trace_id is None or trace.get("traceId") == query.trace_id)
        and (query.since is None or trace["timestamp"] >= query.since)
        and (query.until is None or trace["timestamp"] <= query.until)
    )


@reproducible
@given(conditions, traces)
def test_it_finds_exactly_what_meets_all_conditions_and_skips_no_row_that_holds_one(asked, made):
    query = TraceQuery(**asked)
    items = [
        make_trace(str(n), p, float(t), name=name, **({"traceId": link} if link else {}))
        for n, (p, t, name, link) in enumerate(made)
    ]
    rows = [seal_row("s", n + 1, items[n : n + 3]) for n in range(0, len(items), 3)]
    everything = [trace for row in rows for trace in traces_of(row)]
    read = [
        trace
        for row in rows
        if query.wants_row(row.priority, row.mixed, row.t_min, row.t_max, row.trace_ids)
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
        ({"order": "newest"}, ValueError, "'stored', 'asc' or 'desc', not 'newest'"),
        ({"priority": "urgent"}, ValueError, "'urgent'"),
        ({"colour": "red"}, TypeError, "colour"),
    ],
    ids=str,
)
def test_a_mistake_in_a_query_is_named(asked, kind, words):
    with pytest.raises(kind, match=words):
        TraceQuery(**asked)


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
