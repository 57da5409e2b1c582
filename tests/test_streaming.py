"""A queue's stream: page by page what a query finds in one go, stored and held."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue import MemoryStore, TraceQuery, merge
from pyqueue.batch import Batch
from pyqueue.streaming import CHUNK
from pyqueue.testing import run_virtual
from pyqueue.testing.conformance.making import ids, make_batch, make_trace
from tests.support import make_queue, reproducible
from tests.test_query import conditions, matches, traces


async def read(stream):
    return [page async for page in stream]


async def found(stream):
    return [trace for page in await read(stream) for trace in page.traces]


def stored(*batches: Batch) -> MemoryStore:
    store = MemoryStore()
    store.rows += [row for batch in batches for row in batch.rows]
    return store


@reproducible
@given(conditions, traces, st.integers(0, 8), st.integers(1, 4))
def test_pages_together_are_what_a_query_finds(asked, made, cut, page_size):
    query = TraceQuery(**asked)
    fields = [
        {"id": str(n), "name": name, "timestamp": t, "priority": p, **more}
        | ({"traceId": x} if x else {})
        for n, (p, t, name, x, more) in enumerate(made)
    ]

    async def scenario():
        async with make_queue(max_batch_size=3) as queue:
            for trace in fields[:cut]:
                queue.enqueue(trace)
            await queue.flush()
            queue.pause()
            for trace in fields[cut:]:
                queue.enqueue(trace)
            everything = await queue.query()
            asked_for = await queue.query(query)
            pages = await read(queue.stream(query, page_size=page_size))
            queue.resume()
        return everything, asked_for, pages

    everything, asked_for, pages = run_virtual(scenario())
    expected = [trace for trace in everything if matches(trace, query)]
    if query.order != "stored":
        expected.sort(key=lambda trace: trace["timestamp"])
    if query.order == "desc":
        expected.reverse()
    assert asked_for == expected[: query.limit]
    assert [trace for page in pages for trace in page.traces] == asked_for
    assert all(len(page.traces) <= page_size for page in pages)


@pytest.mark.parametrize("order", ["stored", "asc", "desc"])
async def test_no_more_is_read_ahead_than_a_few_rows(order):
    batches = [make_batch([make_trace(str(n), timestamp=n)], seq=n + 1) for n in range(1000)]
    async with make_queue(stored(*batches)) as queue:
        given = 0
        async for page in queue.stream(order=order):
            given += len(page.traces)
            assert page.progress.rows_read - given <= CHUNK
            assert page.progress.rows == 1000
        assert given == 1000


async def test_the_first_page_comes_from_the_first_row():
    batches = [make_batch([make_trace(str(n), timestamp=n)], seq=n + 1) for n in range(50)]
    async with make_queue(stored(*batches)) as queue:
        first = await anext(queue.stream())
        assert (ids(first.traces), first.progress) == (["0"], (1, 50))


async def test_of_equal_times_the_later_stored_comes_first_in_desc_and_the_held_before_all():
    async with make_queue(stored(make_batch([make_trace("a"), make_trace("b")]))) as queue:
        queue.enqueue({"name": "n", "id": "c", "timestamp": 0})
        for order, expected in (("asc", ["a", "b", "c"]), ("desc", ["c", "b", "a"])):
            assert ids(await queue.query(order=order)) == expected
            assert ids(await found(queue.stream(order=order))) == expected


async def test_a_scan_that_finds_nothing_tells_how_far_it_is():
    batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 300)]
    async with make_queue(stored(*batches)) as queue:
        pages = await read(queue.stream(name="nobody"))
        assert [page.traces for page in pages] == [[]] * len(pages)
        assert len(pages) > 5
        assert pages[-1].progress == (299, 299)


@pytest.mark.parametrize("order", ["stored", "asc", "desc"])
async def test_what_was_held_and_is_met_in_a_row_comes_once_whatever_comes_between(
    order, monkeypatch
):
    monkeypatch.setattr(merge, "GIVEN", 1)
    batches = [make_batch([make_trace(str(n), timestamp=n)], seq=n + 1) for n in range(9)]
    held = [{"id": "4", "name": "n", "priority": "low", "timestamp": 4}]
    async with make_queue(stored(*batches)) as queue:
        met = ids(await found(queue.stream(order=order, page_size=2, also=held)))
        assert sorted(met) == [str(n) for n in range(9)]


async def test_what_is_stored_between_two_pages_comes_once():
    """What was held at the beginning may be met in a row later on."""
    async with make_queue(stored(make_batch([make_trace("a")], session="r"))) as queue:
        queue.enqueue({"name": "n", "id": "b"})
        stream = queue.stream(page_size=1)
        seen = [await anext(stream)]
        await queue.flush()
        seen += await read(stream)
        assert [id for page in seen for id in ids(page.traces)] == ["a", "b"]


async def test_others_run_between_two_pages():
    batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 200)]
    async with make_queue(stored(*batches)) as queue:
        pages = asyncio.ensure_future(read(queue.stream()))
        turns = 0
        while not pages.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 5


async def test_a_trace_stored_in_two_rows_is_given_once():
    """As when a journal was merged although its page went on (web/README.md)."""
    twice = [make_batch([make_trace("a", timestamp=1.0)], session=name) for name in ("s-1", "s-j")]
    async with make_queue(stored(*twice)) as queue:
        for order in ("stored", "asc", "desc"):
            assert ids(await found(queue.stream(order=order))) == ["a"]


async def test_a_store_that_can_not_be_streamed_is_named():
    class Plain:
        async def open(self): ...
        async def write(self, batch): ...
        async def query(self, query): ...
        async def close(self): ...

        def __repr__(self):
            return "<Plain>"

    async with make_queue(Plain()) as queue:
        with pytest.raises(TypeError, match="<Plain> can't be streamed: it lacks walk"):
            queue.stream()


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "3", None])
async def test_a_page_size_that_makes_no_sense_is_named(size):
    async with make_queue() as queue:
        with pytest.raises(ValueError, match="page_size must be a whole number of at least 1"):
            queue.stream(page_size=size)
