"""What every store promises of its queries, as a suite to be inherited."""

from __future__ import annotations

from itertools import cycle, product
from random import Random
from typing import Any

from ...batch import Batch
from ...query import Order, TraceQuery, rows_in_order, traces_of
from ...streaming import TracePage, TraceStream
from .making import ids, make_batch, make_trace

PAGE, LATER_PAGE = "0mwrie4kyabcdefgh", "0mwrie4kzabcdefgh"
"""Sessions of our making, whose traces are named by them."""

CONDITIONS: list[dict[str, Any]] = [
    {},
    {"name": "b"},
    {"name": 'say "b"'},
    {"priority": "critical"},
    {"priority": "low"},
    {"trace_id": "x1"},
    {"since": 20.0},
    {"until": 80.0},
    {"since": 40.0, "until": 60.0},
    {"since": 50.0, "until": 52.0},
    {"since": 55.0, "until": 55.0, "priority": "normal"},
    {"since": 30.0, "trace_id": "x2", "name": "a"},
    {"id": f"{PAGE}-7"},
    {"id": "unknown"},
    {"since": 1000.0},
    {"status": "error"},
    {"status": "ok", "priority": "low"},
    {"ids": [f"{PAGE}-3", f"{PAGE}-40", "unknown"]},
    {"ids": []},
    {"attributes": {"n": 3}},
    {"attributes": {"cart.items": 2, "cart.paid": True}},
    {"attributes": {"n": "3"}},
    {"text": "DROPPED"},
    {"text": "say"},
    {"text": "ünd", "since": 30.0},
]
CONTENTS: list[dict[str, Any]] = [
    {"status": "ok"},
    {"status": "error", "error": {"message": "Dropped"}},
    {"attributes": {"n": 3}},
    {"attributes": {"n": "3", "cart": {"items": 2}}},
    {"attributes": {"cart": {"items": 2, "paid": True}}},
    {"attributes": {"cart.items": 2, "cart": {"paid": True}, "note": ['"Rund" und blÜnd', None]}},
]
ORDERS: tuple[Order, ...] = ("stored", "asc", "desc")


def random_batches(seed: int, count: int = 60) -> list[Batch]:
    """Rows of several sessions, narrow and wide ones in time, pure and mixed ones."""
    chance = Random(seed)
    sessions = [f"{PAGE}-0", f"{PAGE}-1", "s", "t"]
    seqs = dict.fromkeys(sessions, 1)
    numbers = iter(range(count * 10))
    batches = []
    for _ in range(count):
        session = chance.choice(sessions)
        at, width = chance.uniform(0, 100), chance.choice([0, 1, 5, 5, 5, 100])
        level = chance.choice([0, 1, 2, 3, None])
        lane = [
            make_trace(
                f"{PAGE}-{next(numbers)}",
                chance.randrange(4) if level is None else level,
                float(round(at + chance.uniform(-width, width))),
                name=chance.choice(["a", "b", 'say "b"']),
                **({"traceId": f"x{chance.randrange(4)}"} if chance.random() < 0.5 else {}),
                **chance.choice(CONTENTS),
            )
            for _ in range(chance.randint(1, 6))
        ]
        batches.append(make_batch(lane, session=session, seq=seqs[session]))
        seqs[session] += len(lane)
    return batches


def expected(batches: list[Batch], query: TraceQuery) -> list[str]:
    """What a query of these finds, in plain words."""
    rows = rows_in_order([row for batch in batches for row in batch.rows])
    matches = query.matcher()
    found = [trace for row in rows for trace in traces_of(row) if matches(trace)]
    if query.order != "stored":
        found.sort(key=lambda trace: trace["timestamp"])
    if query.order == "desc":
        found.reverse()
    return ids(found)[: query.limit]


class QueryConformance:
    """What readers of a `StreamingStore` rely on."""

    def make_store(self) -> Any:
        """A store that holds nothing yet."""
        raise NotImplementedError

    async def opened(self, batches: list[Batch]) -> Any:
        store = self.make_store()
        await store.open()
        for batch in batches:
            await store.write(batch)
        return store

    async def test_finds_the_same_in_one_go_and_page_by_page(self) -> None:
        for seed in range(2):
            batches = random_batches(seed)
            sizes = cycle((1, 7, 1000))
            store = await self.opened(batches)
            for conditions, order, limit in product(CONDITIONS, ORDERS, (None, 4)):
                query = TraceQuery(**{**conditions, "order": order, "limit": limit})
                wanted, size = expected(batches, query), next(sizes)
                streamed = [page async for page in TraceStream(store.walk(query), query, (), size)]
                assert ids(await store.query(query)) == wanted, (seed, query)
                assert ids(traces_in(streamed)) == wanted, (seed, query, size)
                assert all(len(page.traces) <= size for page in streamed)
                _check_progress(streamed)
            await store.close()

    async def test_what_is_held_is_among_it_once(self) -> None:
        first, second = make_trace("a", timestamp=1.0), make_trace("c", timestamp=3.0)
        store = await self.opened([make_batch([first, second])])
        held = [
            {**trace, "timestamp": time, "name": "n", "priority": "low"}
            for trace, time in (({"id": "c"}, 3.0), ({"id": "d"}, 3.0), ({"id": "b"}, 2.0))
        ]
        found = {}
        for order in ORDERS:
            query = TraceQuery(order=order)
            streamed = [page async for page in TraceStream(store.walk(query), query, held, 2)]
            found[order] = "".join(ids(traces_in(streamed)))
        await store.close()
        assert found == {"stored": "acdb", "asc": "abcd", "desc": "dcba"}

    async def test_a_held_trace_is_found_by_its_id_without_reading_anything(self) -> None:
        store = await self.opened([make_batch([make_trace("a")])])
        query = TraceQuery(id="b")
        held = [{"id": "b", "name": "n", "priority": "low", "timestamp": 1.0}]
        (page,) = [page async for page in TraceStream(store.walk(query), query, held, 10)]
        await store.close()
        assert (ids(page.traces), page.progress.rows_read) == (["b"], 0)

    async def test_the_first_page_takes_few_of_many_rows(self) -> None:
        """As many as the answer lies in, and those that the chunk and the order need beside it."""
        batches = []
        for n in range(300):
            page = PAGE if n < 290 else LATER_PAGE
            level = 3 if n % 100 == 50 else 1
            trace = make_trace(f"{page}-{n}", level, float(n), traceId=f"x{n // 2}")
            batches.append(make_batch([trace], session=f"{page}-1", seq=n + 1))
        store = await self.opened(batches)
        read = {}
        for name, query in {
            "first": TraceQuery(limit=2),
            "latest": TraceQuery(limit=2, order="desc"),
            "earliest": TraceQuery(limit=2, order="asc"),
            "priority": TraceQuery(limit=2, priority="critical"),
            "trace": TraceQuery(limit=2, trace_id="x70"),
            "hour": TraceQuery(limit=2, since=150.0, until=155.0),
            "older": TraceQuery(limit=2, until=150.0, order="desc"),
            "newer": TraceQuery(limit=2, since=150.0, order="asc"),
            "since": TraceQuery(limit=2, since=250.0),
            "until": TraceQuery(limit=2, until=20.0, order="desc"),
            "id": TraceQuery(id=f"{LATER_PAGE}-295"),
            "none": TraceQuery(priority="critical", since=900.0),
        }.items():
            walk = store.walk(query)
            streamed = [page async for page in TraceStream(walk, query, (), 10)]
            assert ids(traces_in(streamed)) == expected(batches, query)
            read[name] = streamed[-1].progress.rows_read if streamed else 0
        await store.close()
        assert max(read.values()) <= 10, read

    async def test_an_id_is_found_wherever_it_was_written(self) -> None:
        """A dead letter, say, that a later visit offered again."""
        id = f"{PAGE}-1"
        store = await self.opened(
            [
                make_batch([make_trace(f"{PAGE}-2")], session=f"{PAGE}-1"),
                make_batch([make_trace(id)], session=f"{LATER_PAGE}-1"),
                make_batch([make_trace("user's own")], session="a"),
            ]
        )
        found = [await store.query(TraceQuery(id=one)) for one in (id, "user's own", "nobody's")]
        await store.close()
        assert list(map(ids, found)) == [[id], ["user's own"], []]

    async def test_rows_come_and_go_while_a_stream_is_read(self) -> None:
        batches = [
            make_batch([make_trace(str(n), timestamp=float(n))], seq=n) for n in range(1, 41)
        ]
        for order in ORDERS:
            store = await self.opened(batches)
            query = TraceQuery(order=order)
            stream = TraceStream(store.walk(query), query, (), 5)
            found = [await anext(stream)]
            await store.write(make_batch([make_trace("new", timestamp=90.0)], session="t"))
            found += [page async for page in stream]
            await store.close()
            assert set(ids(traces_in(found))) - {"new"} == {str(n) for n in range(1, 41)}

    async def test_a_stream_that_is_left_leaves_nothing_behind(self) -> None:
        store = await self.opened([make_batch([make_trace(str(n))], seq=n) for n in range(1, 9)])
        query = TraceQuery()
        async for page in TraceStream(store.walk(query), query, (), 1):
            assert ids(page.traces) == ["1"]
            break
        await store.write(make_batch([make_trace("9")], seq=9))
        assert len(await store.query(query)) == 9
        await store.close()

    async def test_nothing_is_found_in_an_empty_store(self) -> None:
        store = await self.opened([])
        for order in ORDERS:
            query = TraceQuery(order=order, since=1.0, until=2.0)
            assert await store.query(query) == []
            assert [page async for page in TraceStream(store.walk(query), query, (), 1)] == []
        await store.close()


def traces_in(streamed: list[TracePage]) -> list[dict[str, Any]]:
    """All traces of a stream's pages."""
    return [trace for page in streamed for trace in page.traces]


def _check_progress(streamed: list[TracePage]) -> None:
    read = [page.progress.rows_read for page in streamed]
    assert read == sorted(read)
    assert all(page.progress.rows_read <= page.progress.rows for page in streamed)
