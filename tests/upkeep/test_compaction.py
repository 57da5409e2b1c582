"""Cold rows become fewer and smaller, and no answer changes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue import MemoryStore, TraceQuery
from pyqueue.query import traces_of
from pyqueue.testing import run_virtual
from pyqueue.testing.conformance.making import make_batch, make_trace
from pyqueue.testing.virtual_time import EPOCH
from pyqueue.upkeep.compaction import NEWEST
from tests.support import reproducible
from tests.upkeep.support import (
    DAY,
    HOUR,
    FaultyUpkeep,
    answers,
    contents,
    filled,
    ids,
    keeper,
    many,
    put,
)


def codecs(store):
    return [row.codec for row in sorted(store.rows, key=lambda row: (row.session, row.seq_first))]


async def test_small_cold_rows_of_a_closed_session_become_one_a_priority():
    store = MemoryStore()
    rows = [(n % 2, 2 * HOUR, f"t{n}") for n in range(40)]
    await put(store, *rows, closed=True)
    before = store.traces
    report = await keeper(store).run()
    assert [(row.priority, row.count, row.codec) for row in store.rows] == [
        (0, 20, "json+gzip"),
        (1, 20, "json+gzip"),
    ]
    assert sorted(store.traces, key=lambda trace: trace["id"]) == sorted(
        before, key=lambda trace: trace["id"]
    )
    assert (report.compacted.count, report.compacted.rows) == (40, 38)
    assert report.compacted.bytes > 0
    assert all(row.bytes == len(row.data) for row in store.rows)


async def test_what_is_compact_is_not_touched_again():
    store = MemoryStore()
    await many(store, 20, closed=True)
    keep = keeper(store)
    await keep.run()
    rows = list(store.rows)
    report = await keep.run()
    assert not report.compacted
    assert store.rows == rows


async def test_warm_rows_stay_as_they_are():
    store = MemoryStore()
    await many(store, 20, age=HOUR / 2, closed=True)
    await keeper(store).run()
    assert codecs(store) == ["json"] * 20


async def test_a_merged_row_is_no_wider_in_time_than_age_allows():
    store = MemoryStore()
    await put(store, *[(1, 9 * HOUR - n * HOUR / 2, f"t{n}") for n in range(10)], closed=True)
    await keeper(store).run()
    assert all(row.t_max - row.t_min <= HOUR for row in store.rows)
    assert len(store.rows) < 10


async def test_merged_rows_have_the_size_that_was_asked_for():
    store = MemoryStore()
    await many(store, 60, closed=True)
    size = store.rows[0].bytes
    await keeper(store, compact_bytes=10 * size).run()
    assert [row.count for row in store.rows] == [10] * 6


async def test_of_a_live_session_the_newest_rows_stay():
    store = MemoryStore()
    await many(store, NEWEST + 130)
    await keeper(store, compact_bytes=30 * store.rows[0].bytes).run()
    assert codecs(store) == ["json+gzip"] * 4 + ["json"] * (NEWEST + 10)
    before = len(store.rows)
    for number in range(1, NEWEST + 131):  # whatever it may write again is known to be there
        await store.write(make_batch([make_trace(f"t{number:04}")], seq=number))
    assert len(store.rows) == before


async def test_of_a_live_session_many_small_rows_fill_one():
    store = MemoryStore()
    await many(store, NEWEST + 199)
    await keeper(store).run()
    assert sorted(row.count for row in store.rows) == [1] * (NEWEST + 99) + [100]


async def test_of_a_live_session_only_neighbours_are_merged():
    """A merged row that took in places of others would answer for them."""
    store = MemoryStore()
    await put(store, *[(n // 2 % 2, 2 * HOUR, f"t{n:04}") for n in range(2 * NEWEST)])
    await keeper(store, compact_bytes=2 * store.rows[2].bytes).run()
    merged = [row for row in store.rows if row.codec == "json+gzip"]
    assert merged
    assert all(row.seq_last - row.seq_first + 1 == row.count == 2 for row in merged)


async def test_a_gap_in_a_live_session_is_not_merged_over():
    """What belongs there may be on its way."""
    store = MemoryStore()
    await many(store, 5)
    await many(store, NEWEST + 5, start=8)
    await keeper(store, compact_bytes=10 * store.rows[0].bytes).run()
    spans = [(row.seq_first, row.seq_last) for row in store.rows if row.codec == "json+gzip"]
    assert spans == [(1, 5), (8, 12)]
    await store.write(make_batch([make_trace("late 1"), make_trace("late 2")], seq=6))
    assert {"late 1", "late 2"} <= ids(store)


@pytest.mark.parametrize("data", ["", "[", '[{"id":"x"}', "[1]", '{"a":1}'])
async def test_a_corrupt_row_spoils_no_other(data):
    store = MemoryStore()
    await many(store, 9, closed=True)
    store.rows[4] = replace(store.rows[4], data=data)
    report = await keeper(store).run()
    assert report.error is None
    assert sorted(row.count for row in store.rows if row.codec == "json+gzip") == [8]
    assert [row.data for row in store.rows if row.codec == "json"] == [data]


async def test_a_row_of_protected_traces_is_looked_at_again_once_others_were_merged_into_it():
    store = MemoryStore()
    place = await put(store, (1, 25 * HOUR, "kept"), closed=True)
    keep = keeper(store, max_age=24.5 * HOUR, keep_ids=["kept"])
    await keep.run()
    await put(store, (1, 24.2 * HOUR, "a"), closed=True, start=place)
    await keep.run()
    assert [row.count for row in store.rows] == [2]
    await asyncio.sleep(HOUR / 1000)
    await keep.run()
    assert ids(store) == {"kept"}


@settings(reproducible)
@given(
    contents(),
    st.integers(100, 4_000),
    st.sampled_from(["", "a", "abc"]),
    st.sampled_from([None, "low", "critical"]),
)
def test_no_query_has_another_answer(rows, size, closed, priority):
    async def scenario():
        store = await filled(rows, closed)
        queries = [
            TraceQuery(priority=priority),
            TraceQuery(trace_id="x1"),
            TraceQuery(name="plain", since=EPOCH - DAY),
            TraceQuery(id="t3"),
        ]
        before = await answers(store, queries)
        every = store.traces
        memory_rows = len(store.rows)
        report = await keeper(store, compact_bytes=size).run()
        after = await answers(store, queries)
        assert list(map(as_set, after)) == list(map(as_set, before))
        assert as_set(store.traces) == as_set(every)
        assert len(store.rows) == memory_rows - report.compacted.rows
        for row in store.rows:
            times = [trace["timestamp"] for trace in traces_of(row)]
            assert (row.t_min, row.t_max) == (min(times), max(times))
            assert row.count == len(times)

    run_virtual(scenario())


def as_set(traces):
    return sorted(map(json.dumps, traces))


async def test_the_order_within_a_priority_stays():
    store = MemoryStore()
    await put(store, *[(n % 3, 2 * HOUR, f"t{n:03}") for n in range(90)], closed=True)
    before = {p: await store.query(TraceQuery(priority=p)) for p in (0, 1, 2)}
    await keeper(store, compact_bytes=2_000).run()
    assert {p: await store.query(TraceQuery(priority=p)) for p in (0, 1, 2)} == before


async def test_many_small_rows_are_merged_a_short_transaction_at_a_time():
    store = FaultyUpkeep()
    await many(store.inner, 350, closed=True)
    await keeper(store).run()
    assert store.edits == [100, 100, 100, 50]
    assert [row.count for row in store.inner.rows] == [100, 100, 100, 50]
