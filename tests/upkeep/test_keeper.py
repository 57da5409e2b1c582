"""When a keeper works, and what it does when the store does not."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue import Keeper, MemoryStore, RetentionPolicy, StoreUnavailable
from pyqueue.clock import SystemClock
from pyqueue.errors import StoreFull
from pyqueue.query import traces_of
from pyqueue.testing import run_virtual
from pyqueue.testing.conformance.making import make_batch, make_trace
from pyqueue.upkeep import editor
from tests.support import reproducible, seconds
from tests.upkeep.support import (
    DAY,
    HOUR,
    MINUTE,
    FaultyUpkeep,
    contents,
    down,
    filled,
    ids,
    keeper,
    many,
    put,
    settle,
)  # fmt: skip


async def test_it_looks_at_once_and_then_every_five_minutes():
    store = MemoryStore()
    keep = keeper(store, max_age=DAY)
    serving = asyncio.create_task(keep.serve())
    await asyncio.sleep(0.1)
    assert keep.statistics().runs == 1
    await asyncio.sleep(3_600)
    serving.cancel()
    await settle()
    assert keep.statistics().runs == 13


async def test_without_a_clock_it_goes_by_the_system_s():
    store = MemoryStore()
    wall = SystemClock().wall()
    for n, age in enumerate((2 * DAY, HOUR)):
        await store.write(make_batch([make_trace(f"{n}", 1, wall - age)], session="s", seq=n + 1))
    report = await Keeper(store, RetentionPolicy(max_age=DAY)).run()
    assert (ids(store), report.error) == ({"1"}, None)


async def test_a_changed_policy_is_obeyed_at_once():
    store = MemoryStore()
    await put(store, (1, 2 * DAY, "a"))
    keep = keeper(store)
    serving = asyncio.create_task(keep.serve())
    await asyncio.sleep(1)
    assert ids(store) == {"a"}
    keep.reconfigure(max_age=DAY, check_interval=HOUR)
    await settle()
    assert ids(store) == set()
    await asyncio.sleep(HOUR / 1000 * 1.5)
    serving.cancel()
    await settle()
    assert keep.statistics().runs == 3
    with pytest.raises(ValueError, match="max_share"):
        keep.reconfigure(max_share=2)


async def test_a_run_that_is_asked_for_during_another_waits_and_obeys_the_policy_as_it_is_now():
    store = MemoryStore()
    await many(store, 5_000, age=2 * DAY)
    keep = keeper(store, max_age=DAY)
    first = asyncio.create_task(keep.run())
    await asyncio.sleep(0)
    keep.reconfigure(max_age=HOUR)
    await put(store, (1, 2 * HOUR, "young"), session="t")
    second = await keep.run()
    assert first.done(), "it did not wait"
    assert (first.result().deleted.count, second.deleted.count) == (5_000, 1)
    assert keep.statistics().runs == 2


async def test_a_purge_waits_for_the_run_under_way_and_is_never_skipped():
    store = MemoryStore()
    await many(store, 1_000, age=2 * DAY)
    await put(store, (1, HOUR, "a"), session="t")
    keep = keeper(store, max_age=DAY)
    run = asyncio.create_task(keep.run())
    await asyncio.sleep(0)
    assert await keep.purge(id="a") == 1
    assert (await run).deleted.count == 1_000


async def test_writes_come_between_its_transactions():
    """No write waits longer than one slice takes."""
    store = FaultyUpkeep()
    await many(store.inner, 1_000, age=2 * DAY)
    run = asyncio.create_task(keeper(store, max_age=DAY).run())
    seen = 0
    while not run.done():
        await asyncio.sleep(0)
        seen += 1
    assert len(store.edits) == 10
    assert max(store.edits) == editor.SLICE_ROWS
    assert seen >= len(store.edits)


async def test_a_run_ends_however_busy_the_writers_are():
    class Busy(FaultyUpkeep):
        async def survey(self, after, limit):
            self.written = await put(self.inner, (1, 0, f"new {self.written}"), start=self.written)
            return await self.inner.survey(after, limit)

    store = Busy()
    store.written = 1
    await put(store.inner, (1, 2 * DAY, "old"), session="t")
    report = await asyncio.wait_for(keeper(store, max_age=DAY).run(), 60)
    assert report.deleted.count == 1


async def test_a_slice_is_small_in_bytes(monkeypatch):
    monkeypatch.setattr(editor.Slice.__init__, "__defaults__", (1_000,))
    store = FaultyUpkeep()
    await many(store.inner, 30, age=2 * DAY)
    size = store.inner.rows[0].bytes
    await keeper(store, max_age=DAY).run()
    assert sum(store.edits) == 30
    assert max(store.edits) == 1_000 // size


async def test_a_store_that_fails_is_reported_and_tried_again_later():
    store = FaultyUpkeep()
    await many(store.inner, 500, age=2 * DAY)
    store.faults = {1: ("before", down)}
    keep = keeper(store, max_age=DAY)
    report = await keep.run()
    assert report.error == "StoreUnavailable: down"
    assert report.deleted.count == 100
    assert len(ids(store.inner)) == 400
    report = await keep.run()
    assert (report.error, report.deleted.count) == (None, 400)
    assert keep.statistics().failures == 1
    assert keep.statistics().deleted.count == 500


async def test_whatever_the_store_raises_stays_inside():
    class Broken:
        async def survey(self, after, limit):
            raise RuntimeError("bug")

    keep = keeper(Broken())
    assert "bug" in (await keep.run()).error
    with pytest.raises(RuntimeError):  # this was asked for, and an int can't tell that it failed
        await keep.purge()


async def test_one_that_was_fenced_off_stops():
    store = MemoryStore()
    await many(store, 3, age=2 * DAY)
    keep = keeper(store, guard=1, max_age=DAY)
    store.meta["leader"] = {"token": 2}
    await asyncio.wait_for(keep.serve(), 1)
    assert len(store.rows) == 3
    assert keep.statistics().last.fenced


@settings(reproducible)
@given(contents(), st.dictionaries(st.integers(0, 4), st.sampled_from(["before", "after"])))
def test_an_interrupted_run_leaves_each_trace_there_once_or_counted_as_gone(rows, faults):
    async def scenario():
        store = FaultyUpkeep(await filled(rows))
        had = sum(row.count for row in store.inner.rows)
        store.faults = {number: (when, down) for number, when in faults.items()}
        keep = keeper(store, max_count=10, max_age=DAY)
        for _ in range(3):
            await keep.run()
            left = [trace["id"] for row in store.inner.rows for trace in traces_of(row)]
            assert len(left) == len(set(left))
            note = store.inner.meta.get("upkeep", {}).get("deleted", {"count": 0})
            assert had == len(left) + note["count"]

    run_virtual(scenario())


# A full disk


async def test_on_a_full_disk_it_only_deletes_and_less_at_a_time():
    store = FaultyUpkeep()
    await many(store.inner, 100, age=2 * DAY)

    def room(groups, note, guard):
        if note or len(groups) > 30:
            raise StoreFull("no room for a note, or so many")

    store.room = room
    keep = keeper(store, guard=1, max_age=DAY)
    report = await keep.run()
    assert (report.deleted.count, report.error) == (100, None)
    assert store.inner.rows == []
    assert "upkeep" not in store.inner.meta
    store.room = None
    await put(store.inner, (1, 2 * DAY, "a"), session="t")
    await keep.run()
    assert store.inner.meta["upkeep"]["deleted"]["count"] == 101


async def test_on_a_full_disk_rows_that_would_have_to_be_trimmed_stay():
    store = FaultyUpkeep()
    await put(store.inner, (1, 2 * DAY, "kept", "a"), (1, 2 * DAY, "b"))

    def room(groups, note, guard):
        if note:
            raise StoreFull("asked for")

    store.room = room
    await keeper(store, max_age=DAY, keep_ids=["kept"]).run()
    assert ids(store.inner) == {"kept", "a"}


async def test_on_a_full_disk_a_row_that_can_not_be_cut_stays_and_nothing_better_goes_for_it():
    store = FaultyUpkeep()
    await put(store.inner, (1, 2 * DAY, "a", "b", "c"), (1, DAY, "d"), (1, HOUR, "e", "f"))

    def room(groups, note, guard):
        if note:
            raise StoreFull("asked for")

    store.room = room
    keep = keeper(store, max_count=4)
    for _ in range(2):
        assert (await keep.run()).is_over
        assert ids(store.inner) == {*"abcdef"}
    store.room = None
    await keep.run()
    assert ids(store.inner) == {*"cdef"}


async def test_a_disk_too_full_even_to_delete_is_reported():
    store = FaultyUpkeep()
    await many(store.inner, 9, age=2 * DAY)

    def room(groups, note, guard):
        raise StoreFull("nothing goes")

    store.room = room
    report = await keeper(store, max_age=DAY).run()
    assert report.error == "StoreFull: nothing goes"
    assert len(store.inner.rows) == 9


async def test_time_is_the_wall_s():
    store = MemoryStore()
    await put(store, (1, 0, "a"))
    keep = keeper(store, max_age=2 * MINUTE)
    await keep.run()
    assert ids(store) == {"a"}
    await asyncio.sleep(121)
    await keep.run()
    assert (ids(store), seconds()) == (set(), 121)


async def test_an_outage_of_the_store_is_no_error_of_the_page():
    store = FaultyUpkeep()
    await many(store.inner, 3, age=2 * DAY)
    store.faults = {n: ("before", StoreUnavailable("down")) for n in range(3)}
    keep = keeper(store, max_age=DAY)
    serving = asyncio.create_task(keep.serve())
    await asyncio.sleep(3_600)
    serving.cancel()
    await settle()
    assert store.inner.rows == []
    assert keep.statistics().failures == 3


async def test_a_run_that_is_told_to_stop_ends_after_its_transaction_and_the_next_goes_on():
    store = FaultyUpkeep()
    await many(store.inner, 500, age=2 * DAY)
    keep = keeper(store, max_age=DAY)
    store.room = lambda *_: keep.stop()
    report = await keep.run()
    assert (report.stopped, len(store.edits), report.error) == (True, 1, None)
    assert report.deleted.rows == store.edits[0] == 500 - len(store.inner.rows)
    store.room = None
    assert not (await keep.run()).stopped
    assert ids(store.inner) == set()


async def test_one_that_waits_for_another_is_told_to_stop_with_it():
    store = MemoryStore()
    await many(store, 500, age=2 * DAY)
    keep = keeper(store, max_age=DAY)
    runs = [asyncio.create_task(keep.run()) for _ in range(2)]
    await asyncio.sleep(0)
    keep.stop()
    assert [report.stopped for report in await asyncio.gather(*runs)] == [True, True]
    assert len(ids(store)) >= 400
    assert (await keep.run()).stopped is False


async def test_a_run_tells_how_far_it_is_while_it_lasts():
    store = FaultyUpkeep()
    await many(store.inner, 300, closed=True)
    keep = keeper(store)
    seen = []
    store.room = lambda *_: seen.append(keep.progress)
    assert keep.progress is None
    await keep.run()
    assert {(step.stage, step.total) for step in seen} == {("compacting", 300)}
    assert sorted(step.done for step in seen) == [step.done for step in seen]
    assert keep.progress is None
