"""What goes when there is too much, and in which order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue import MemoryStore
from pyqueue.batch import DeadLetter
from pyqueue.query import traces_of
from pyqueue.testing import run_virtual
from pyqueue.testing.conformance.making import make_batch, make_trace
from pyqueue.testing.virtual_time import EPOCH
from tests.support import reproducible
from tests.upkeep.support import (
    DAY,
    HOUR,
    MINUTE,
    Probe,
    contents,
    filled,
    ids,
    keeper,
    many,
    ordered,
    put,
)

policies = st.fixed_dictionaries(
    {},
    optional={
        "max_age": st.integers(MINUTE, 2 * DAY),
        "max_count": st.integers(1, 40),
        "max_bytes": st.integers(1, 8_000),
        "keep_names": st.just(["checkout.*"]),
        "keep_ids": st.lists(st.sampled_from(["t1", "t4", "t7"]), unique=True),
    },
)


async def test_what_is_too_old_goes_however_important():
    store = MemoryStore()
    await put(store, (3, 8 * DAY, "old"), (0, 6 * DAY, "young"))
    report = await keeper(store, max_age=7 * DAY).run()
    assert ids(store) == {"young"}
    assert (report.deleted.count, report.deleted.rows, report.left.count) == (1, 1, 1)
    assert report.deleted.by_priority == {"low": 0, "normal": 0, "high": 0, "critical": 1}


async def test_the_least_important_goes_first_and_of_that_the_oldest():
    store = MemoryStore()
    await put(
        store, (3, DAY, "c"), (1, 5 * HOUR, "n old"), (1, HOUR, "n"), (0, HOUR, "l"),
        (0, 3 * HOUR, "l old"),
    )  # fmt: skip
    left = []
    for count in (4, 3, 2, 1):
        await keeper(store, max_count=count).run()
        left.append(ids(store))
    assert left == [{"c", "n old", "n", "l"}, {"c", "n old", "n"}, {"c", "n"}, {"c"}]


@pytest.mark.parametrize(
    ("limit", "left"),
    [(4, "abcd"), (3, "bcd"), (2, "cd"), (1, "d")],
)
async def test_the_newest_so_many_stay_however_many_a_row_holds(limit, left):
    store = MemoryStore()
    await put(store, (1, DAY, "a", "b"), (1, HOUR, "c", "d"))
    report = await keeper(store, max_count=limit).run()
    assert ordered(store) == [*left]
    assert (report.left.count, report.is_over) == (limit, False)


async def test_of_a_mixed_row_the_least_important_goes_first_and_of_that_the_oldest():
    store = MemoryStore()
    traces = [
        make_trace(id, level, EPOCH - DAY)
        for id, level in zip("abcde", (1, 0, 3, 1, 0), strict=True)
    ]
    await store.write(make_batch(traces))
    left = []
    for limit in (4, 3, 2, 1):
        await keeper(store, max_count=limit).run()
        left.append("".join(ordered(store)))
    assert left == ["acde", "acd", "cd", "c"]


async def test_one_row_over_the_bytes_is_cut_to_the_newest_that_fit():
    store = MemoryStore()
    sizes = [5, 900, 20, 300, 10, 400, 10]
    traces = [
        make_trace(f"t{n}", 1, EPOCH - DAY, attributes={"pad": "x" * size})
        for n, size in enumerate(sizes)
    ]
    await store.write(make_batch(traces))
    whole = store.rows[0].bytes
    for limit in (whole - 1, whole - 1_200, 1_000, 400):
        report = await keeper(store, max_bytes=limit).run()
        assert report.left.bytes == store.rows[0].bytes <= limit
        assert ordered(store) == [f"t{n}" for n in range(7)][-store.rows[0].count :]
        assert not report.is_over
    assert ordered(store)[-1] == "t6"


async def test_a_compressed_row_is_cut_like_any_other():
    store = MemoryStore()
    await many(store, 90, closed=True)
    await keeper(store).run()
    (row,) = store.rows
    assert row.codec == "json+gzip"
    await keeper(store, max_count=70).run()
    assert ordered(store) == [f"t{n:04}" for n in range(21, 91)]
    await keeper(store, max_bytes=store.rows[0].bytes // 2).run()
    assert 20 < store.rows[0].count < 40
    assert ordered(store)[-1] == "t0090"


async def test_what_is_protected_in_the_row_that_is_cut_stays_and_another_goes():
    store = MemoryStore()
    await put(store, (1, DAY, "a", "b", "c"), (1, HOUR, "d", "e"))
    await keeper(store, max_count=3, keep_ids=["a"]).run()
    assert ordered(store) == ["a", "d", "e"]


async def test_a_row_that_says_wrongly_how_large_it_is_takes_no_other_along():
    store = MemoryStore()
    await put(store, (1, DAY, "a", "b"), (1, HOUR, "c", "d"))
    store.rows[0] = replace(store.rows[0], count=0, bytes=10**9)
    await keeper(store, max_bytes=10_000).run()
    assert {"c", "d"} <= ids(store)


async def test_a_zero_sets_no_limit():
    store = MemoryStore()
    await put(store, *[(n % 4, n * DAY, f"t{n}") for n in range(30)])
    report = await keeper(store, max_age=0, max_count=0, max_bytes=0).run()
    assert len(ids(store)) == 30
    assert not report.deleted
    assert not report.is_over


async def test_a_share_of_the_quota_is_kept_free_for_the_host():
    store = MemoryStore()
    await put(store, *[(1, HOUR, f"t{n}") for n in range(10, 40)])
    quota = sum(row.bytes for row in store.rows) * 5
    report = await keeper(store, Probe(0, quota)).run()
    assert report.bytes_allowed == quota * 0.1
    assert report.left.bytes <= quota * 0.1
    assert report.left.count == 15


async def test_a_probe_that_raises_means_the_fixed_cap():
    probe = Probe()
    probe.answer = OSError("gone")
    report = await keeper(MemoryStore(), probe, fallback_bytes=123).run()
    assert (report.bytes_allowed, report.error) == (123, None)


async def test_protected_traces_stay_when_the_rest_of_their_row_goes():
    store = MemoryStore()
    await put(store, (1, 9 * DAY, "a", "b", "c"), (1, 9 * DAY, "d"))
    report = await keeper(store, max_age=DAY, keep_names=["name.b"]).run()
    assert ids(store) == {"b"}
    assert (report.deleted.count, report.deleted.rows) == (3, 1)
    (row,) = store.rows
    assert (row.seq_first, row.seq_last, row.count) == (1, 3, 1)
    assert row.bytes == len(row.data)


async def test_limits_that_only_protected_traces_exceed_are_reported_not_enforced():
    store = MemoryStore()
    await put(store, *[(0, 9 * DAY, f"t{n}") for n in range(9)])
    report = await keeper(store, max_count=3, keep_ids=["t*"]).run()
    assert len(ids(store)) == 9
    assert report.is_over
    assert report.error is None


async def test_protection_that_ends_ends_for_rows_seen_before():
    store = MemoryStore()
    await put(store, (0, 9 * DAY, "a"))
    keep = keeper(store, max_age=DAY, keep_ids=["a"])
    await keep.run()
    await keep.run()
    assert ids(store) == {"a"}
    keep.reconfigure(keep_ids=[])
    await keep.run()
    assert ids(store) == set()


async def test_what_was_just_stored_is_left_alone_and_nothing_better_goes_for_it():
    """Its writer may not have had the answer, and write it again."""
    store = MemoryStore()
    await put(store, (2, HOUR, "high"), (0, MINUTE / 2, "new 1"), (0, MINUTE / 2, "new 2"))
    report = await keeper(store, max_count=1).run()
    assert ids(store) == {"high", "new 1", "new 2"}
    assert report.is_over


async def test_a_mixed_row_is_counted_by_what_it_held():
    store = await filled([("a", None, DAY, 4, 0)])
    (row,) = store.rows
    by_priority = {}
    for trace in traces_of(row):
        by_priority[trace["priority"]] = by_priority.get(trace["priority"], 0) + 1
    report = await keeper(store, max_age=HOUR).run()
    found = report.deleted.by_priority
    assert {label: count for label, count in found.items() if count} == by_priority


@pytest.mark.parametrize(
    "data", ["", "{", "[1]", "null", '[{"timestamp":"x"}]', b"\x1f\x8bnot gzip", "[" * 9]
)
async def test_a_corrupt_row_goes_like_any_other(data):
    store = MemoryStore()
    await put(store, (1, 9 * DAY, "bad"), (1, HOUR, "good"))
    codec = "json" if isinstance(data, str) else "json+gzip"
    store.rows[0] = replace(store.rows[0], data=data, codec=codec)
    report = await keeper(store, max_age=DAY, keep_names=["*"]).run()
    assert report.error is None
    assert ids(store) == {"good"}
    assert report.deleted.count == 1


@settings(reproducible)
@given(contents(), policies)
def test_the_limits_hold_but_for_what_is_protected_or_new(rows, options):
    async def scenario():
        store = await filled(rows)
        keep = keeper(store, **options)
        report = await keep.run()
        is_protected = keep.policy.protector() or (lambda trace: False)
        left = [(row, trace) for row in store.rows for trace in traces_of(row)]
        movable = [
            trace for row, trace in left if not is_protected(trace) and row.t_max <= EPOCH - MINUTE
        ]
        assert report.error is None
        assert report.left.count == len(left)
        assert report.left.bytes == sum(row.bytes for row in store.rows)
        assert report.left.rows == len(store.rows)
        if report.is_over and movable:  # it stays because the new, which is less, will go for it
            new = [row for row in store.rows if row.t_max > EPOCH - MINUTE]
            rest = report.left.count - sum(row.count for row in new)
            assert rest <= options.get("max_count", rest)
            assert report.left.bytes - sum(row.bytes for row in new) <= report.bytes_allowed
        max_age = options.get("max_age")
        if max_age:
            assert all(trace["timestamp"] >= EPOCH - max_age for trace in movable)
        if not any(options.get(limit) for limit in ("max_age", "max_count", "max_bytes")):
            assert not report.deleted

    run_virtual(scenario())


@settings(reproducible)
@given(contents(), st.integers(1, 40))
def test_exactly_as_many_stay_as_may(rows, limit):
    async def scenario():
        old = [(session, level, age + MINUTE, *rest) for session, level, age, *rest in rows]
        store = await filled(old)
        had = sum(row.count for row in store.rows)
        report = await keeper(store, max_count=limit).run()
        assert len(ids(store)) == report.left.count == min(had, limit)

    run_virtual(scenario())


@settings(reproducible)
@given(contents(), policies.filter(lambda options: "max_age" not in options))
def test_nothing_better_goes_while_something_lesser_stays(rows, options):
    async def scenario():
        store = await filled(rows)
        was = list(store.rows)
        keep = keeper(store, **options, compact_after=99 * DAY)
        await keep.run()
        is_protected = keep.policy.protector() or (lambda trace: False)
        left = ids(store)

        def rank(row):
            return row.priority, row.t_max

        lost = [rank(row) for row in was if {t["id"] for t in traces_of(row)} - left]
        stays = [
            rank(row)
            for row in was
            if any(t["id"] in left and not is_protected(t) for t in traces_of(row))
            and row.t_max <= EPOCH - MINUTE
        ]
        assert not lost or not stays or max(lost) <= min(stays)

    run_virtual(scenario())


@settings(reproducible)
@given(contents(), policies)
def test_a_dry_run_changes_nothing_and_tells_what_a_run_does(rows, options):
    async def scenario():
        store = await filled(rows)
        keep = keeper(store, **options)
        before = list(store.rows)
        told = await keep.run(dry_run=True)
        assert store.rows == before
        assert "upkeep" not in store.meta
        done = await keep.run()
        assert told.deleted == done.deleted
        assert told.compacted == done.compacted
        assert (told.left, told.is_over) == (done.left, done.is_over)
        assert (told.dry_run, done.dry_run) == (True, False)

    run_virtual(scenario())


@settings(reproducible)
@given(contents(), policies)
def test_what_went_is_counted_to_the_trace_in_the_database(rows, options):
    async def scenario():
        store = await filled(rows)
        had = {trace["id"]: trace["priority"] for row in store.rows for trace in traces_of(row)}
        size = sum(row.bytes for row in store.rows)
        await keeper(store, **options).run()
        left = ids(store)
        labels = [label for id, label in had.items() if id not in left]
        note = json.loads(json.dumps(store.meta.get("upkeep", {})))
        deleted = note.get("deleted", {"count": 0, "byPriority": {}, "bytes": 0})
        compacted = note.get("compacted", {"bytes": 0})
        assert deleted["count"] == len(labels)
        for label, count in deleted["byPriority"].items():
            assert count == labels.count(label)
        now = sum(row.bytes for row in store.rows)
        assert size - now == deleted["bytes"] + compacted["bytes"]

    run_virtual(scenario())


async def test_a_time_in_the_future_saves_nothing_from_the_limits_but_within_a_minute():
    store = MemoryStore()
    ages = {"old": DAY, "now": 0, "soon": -MINUTE / 2, "later": -HOUR, "far": -(9**9) * DAY}
    await put(store, *[(1, age, id) for id, age in ages.items()])
    await keeper(store, max_count=1).run()
    assert ids(store) == {"now", "soon", "far"}
    await keeper(store, max_bytes=1).run()
    assert ids(store) == {"now", "soon"}


async def test_dead_letters_go_by_age_and_number_but_for_those_that_are_protected():
    store = MemoryStore()
    await store.bury([letter(f"{days} days", days * DAY) for days in (9, 3, 2, 1)])
    await store.bury([letter("kept", 20 * DAY, name="checkout.submit")])
    limits = {"max_age": 7 * DAY, "max_dead_letters": 2, "keep_names": ["checkout.*"]}
    assert (await keeper(store, **limits).run(dry_run=True)).dead_letters == 2
    assert len(await store.letters()) == 5
    report = await keeper(store, **limits).run()
    assert {one.id for one in await store.letters()} == {"2 days", "1 days", "kept"}
    assert (report.dead_letters, report.deleted.count, report.error) == (2, 0, None)


async def test_dead_letters_are_bounded_unless_told_otherwise():
    store = MemoryStore()
    await store.bury([letter(str(n), age=n) for n in range(10_001)])
    await keeper(store, max_dead_letters=0).run()
    assert len(await store.letters()) == 10_001
    await keeper(store).run()
    assert len(await store.letters()) == 10_000
    assert "10000" not in {one.id for one in await store.letters()}, "the oldest"


def letter(id, age, name="a"):
    text = json.dumps({"id": id, "name": name})
    return DeadLetter(id, text, 1, "rejected", "StoreRejected: x", 4, EPOCH - age)
