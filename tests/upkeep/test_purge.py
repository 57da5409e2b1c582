"""What is purged is gone from every row."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue import MemoryStore, TraceQuery
from pyqueue.query import traces_of
from pyqueue.testing import run_virtual
from pyqueue.testing.virtual_time import EPOCH
from tests.support import reproducible
from tests.upkeep.support import ALL, DAY, HOUR, contents, filled, ids, keeper, put

conditions = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["t0", "t5"]),
        "name": st.sampled_from(["plain", "checkout.3"]),
        "priority": st.sampled_from(["low", "normal", "critical"]),
        "trace_id": st.sampled_from(["x0", "x1"]),
        "since": st.integers(0, 2 * DAY).map(lambda age: EPOCH - age),
        "until": st.integers(0, 2 * DAY).map(lambda age: EPOCH - age),
    },
)


@settings(reproducible)
@given(contents(), conditions, st.booleans())
def test_nothing_that_matches_is_left_in_any_row(rows, asked, is_compact):
    async def scenario():
        store = await filled(rows)
        keep = keeper(store)
        if is_compact:
            await keep.run()
        every = await store.query(ALL)
        matching = {trace["id"] for trace in await store.query(TraceQuery(**asked))}
        assert await keep.purge(**asked) == len(matching)
        assert await store.query(TraceQuery(**asked)) == []
        assert ids(store) == {trace["id"] for trace in every} - matching
        for row in store.rows:
            assert row.count == len(traces_of(row)) > 0
            size = len(row.data.encode()) if isinstance(row.data, str) else len(row.data)
            assert row.bytes == size
        counted = store.meta.get("upkeep", {}).get("purged", {"count": 0})["count"]
        assert counted == len(matching)

    run_virtual(scenario())


async def test_a_predicate_sees_decoded_traces():
    store = MemoryStore()
    await put(store, (1, HOUR, "a", "b"), (3, HOUR, "c"))
    assert await keeper(store).purge(lambda trace: trace["name"] in ("name.b", "name.c")) == 2
    assert ids(store) == {"a"}


async def test_a_predicate_and_conditions_must_both_hold():
    store = MemoryStore()
    await put(store, (1, 2 * HOUR, "a", "b"), (1, 0, "c"), (3, 2 * HOUR, "d"))
    wanted = {"until": EPOCH - HOUR, "priority": "normal"}
    assert await keeper(store).purge(lambda trace: trace["id"] != "b", **wanted) == 1
    assert ids(store) == {"b", "c", "d"}


async def test_no_condition_means_everything():
    store = MemoryStore()
    await put(store, (1, HOUR, "a", "b"), (3, 0, "c"))
    assert await keeper(store).purge() == 3
    assert store.rows == []


async def test_protected_traces_are_purged_unless_asked():
    store = MemoryStore()
    await put(store, (1, HOUR, "a", "b"))
    keep = keeper(store, keep_ids=["a"])
    assert await keep.purge(keep_protected=True) == 1
    assert ids(store) == {"a"}
    assert await keep.purge() == 1
    assert ids(store) == set()


async def test_rows_that_nobody_can_read_go_but_not_those_of_a_newer_version():
    store = MemoryStore()
    await put(store, (1, HOUR, "a"), (1, HOUR, "b"), (1, HOUR, "c"))
    store.rows[0] = replace(store.rows[0], data='[{"id":"a","secret')
    store.rows[1] = replace(store.rows[1], codec="json+zstd", data=b"\x28\xb5")
    await keeper(store).purge(name="unknown")
    assert [row.seq_first for row in store.rows] == [2, 3]


async def test_what_lacks_the_field_in_question_goes_too():
    store = MemoryStore()
    await put(store, (1, HOUR, "a"), (1, HOUR, "b"))
    text = json.dumps([{"id": "x", "attributes": {"secret": 1}}])
    store.rows[0] = replace(store.rows[0], data=text)
    await keeper(store).purge(name="unknown")
    assert ids(store) == {"b"}


async def test_a_predicate_that_raises_is_told_and_its_rows_stay():
    store = MemoryStore()
    await put(store, (1, HOUR, "a"))
    with pytest.raises(ZeroDivisionError):
        await keeper(store).purge(lambda trace: 1 / 0)
    assert ids(store) == {"a"}


async def test_a_limit_makes_no_sense():
    with pytest.raises(ValueError, match="no limit"):
        await keeper(MemoryStore()).purge(limit=1)
