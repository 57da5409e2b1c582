"""What upkeep relies on in a store, as a suite to be inherited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...batch import Row
from ...errors import StoreFenced
from ...ports import Place, RowFacts
from ...query import TraceQuery
from ...upkeep.rows import merged, trimmed
from .making import ids, make_batch, make_trace


async def all_facts(store: Any, page: int = 500) -> list[RowFacts]:
    """What the store says of all its rows."""
    found: list[RowFacts] = []
    while some := await store.survey(found[-1] if found else None, page):
        found += some
    return found


async def all_places(store: Any, page: int = 500) -> list[Place]:
    """The places of all rows."""
    found: list[Place] = []
    while some := await store.places(found[-1] if found else None, page):
        found += some
    return found


def untouched(rows: list[Row]) -> list[Row]:
    """A change that is none."""
    return rows


class UpkeepConformance:
    """What the keeper relies on in an `UpkeepStore`."""

    def make_store(self) -> Any:
        """A store that holds nothing yet."""
        raise NotImplementedError

    async def lead(self, store: Any, token: int) -> None:
        """Let this token be the one in meta's `leader`."""
        raise NotImplementedError

    async def opened(self, *batches: Any) -> Any:
        store = self.make_store()
        await store.open()
        for batch in batches:
            await store.write(batch)
        return store

    async def test_surveys_the_least_important_and_oldest_first(self) -> None:
        store = await self.opened(
            make_batch([make_trace("c", 3, 1.0)], [make_trace("n2", 1, 5.0)], seq=1),
            make_batch([make_trace("l", 0, 9.0)], seq=3),
            make_batch([make_trace("n1", 1, 2.5), make_trace("n0", 1, 2.0)], seq=4),
        )
        for page in (1, 2, 500):
            found = await all_facts(store, page)
            assert [one[:2] for one in found] == [(0, 9.0), (1, 2.5), (1, 5.0), (3, 1.0)]
            assert [one.count for one in found] == [1, 2, 1, 1]
            assert found == sorted(found)
        size = len(make_trace("l", 0, 9.0).text) + 2
        assert (found[0].codec, found[0].bytes) == ("json", size)
        await store.close()

    async def test_tells_rows_apart_that_are_alike(self) -> None:
        store = await self.opened(
            *[make_batch([make_trace(f"{n:03}")], seq=n) for n in range(100, 120)]
        )
        found = await all_facts(store, 7)
        await store.close()
        assert len({one.key for one in found}) == len(found) == 20

    async def test_tells_places_in_the_order_of_sealing(self) -> None:
        store = await self.opened(
            make_batch([make_trace("b")], session="t", seq=7),
            make_batch([make_trace("d")], session="s", seq=9),
            make_batch([make_trace("a")], [make_trace("c", 0)], session="s", seq=1),
        )
        for page in (1, 3, 500):
            found = await all_places(store, page)
            assert [place[:2] for place in found] == [("s", 1), ("s", 2), ("s", 9), ("t", 7)]
        assert {place.key for place in found} == {one.key for one in await all_facts(store)}
        await store.close()

    async def test_tells_which_sessions_are_closed(self) -> None:
        batch = make_batch([make_trace("a")], session="dead")
        batch.account |= {"session": "dead", "closed": 5.0}
        store = await self.opened(batch, make_batch([make_trace("b")], session="alive"))
        found = await store.closed_sessions()
        await store.close()
        assert found == {"dead"}

    async def test_deletes_replaces_and_leaves_as_it_is_told(self) -> None:
        store = await self.opened(
            *[make_batch([make_trace(f"{n}a"), make_trace(f"{n}b")], seq=2 * n) for n in range(4)]
        )

        def change(rows: list[Row]) -> list[Row]:
            (row,) = rows
            if row.seq_first == 0:
                return []
            if row.seq_first == 2:
                return [trimmed(row, lambda trace: trace["id"] == "1b") or row]
            return rows

        keys = [one.key for one in await all_places(store)]
        await store.edit([[key] for key in keys], change, None, None)
        found, left = await store.query(TraceQuery()), await all_places(store)
        await store.close()
        assert ids(found) == ["1b", "2a", "2b", "3a", "3b"]
        assert [place.key for place in left[1:]] == keys[2:]

    async def test_hands_over_only_what_is_still_there(self) -> None:
        store = await self.opened(*[make_batch([make_trace(str(n))], seq=n) for n in range(3)])
        keys = [one.key for one in await all_places(store)]
        await store.edit([keys[:1]], lambda rows: [], None, None)
        seen: list[list[int]] = []

        def change(rows: list[Row]) -> list[Row]:
            seen.append([row.seq_first for row in rows])
            return rows

        await store.edit([keys[:2], keys[2:], keys[:1]], change, None, None)
        await store.close()
        assert seen == [[1], [2], []]

    async def test_hands_over_rows_with_all_that_they_had(self) -> None:
        trace = make_trace("ä", 2, 5.5, traceId="t1", attributes={"s": "naïve \U0001f40d"})
        batch = make_batch([trace, make_trace("b", 1, 4.0)])
        store = await self.opened(batch)
        seen: list[Row] = []

        def change(rows: list[Row]) -> list[Row]:
            seen.extend(rows)
            return rows

        await store.edit([[one.key for one in await all_facts(store)]], change, None, None)
        await store.close()
        assert seen == list(batch.rows)

    async def test_a_compressed_row_answers_like_those_that_it_was(self) -> None:
        traces = [
            make_trace(f"{n}", 1, float(n), traceId=f"t{n % 3}", name=f"name {n % 2}")
            for n in range(6)
        ]
        store = await self.opened(*[make_batch([one], seq=n) for n, one in enumerate(traces)])
        asked = [
            TraceQuery(),
            TraceQuery(id="3"),
            TraceQuery(name="name 1"),
            TraceQuery(trace_id="t2"),
            TraceQuery(priority="normal", since=2.0, until=4.0),
            TraceQuery(order="desc", limit=2),
        ]
        before = [await store.query(query) for query in asked]
        keys = [one.key for one in await all_places(store)]
        await store.edit([keys], lambda rows: [merged(rows)], None, None)
        after = [await store.query(query) for query in asked]
        (facts,) = await all_facts(store)
        await store.close()
        assert all(before)
        assert after == before
        assert (facts.codec, facts.count, facts.t_max) == ("json+gzip", 6, 5.0)

    async def test_what_change_raises_undoes_all(self) -> None:
        store = await self.opened(*[make_batch([make_trace(str(n))], seq=n) for n in range(3)])
        calls = []

        def change(rows: list[Row]) -> list[Row]:
            calls.append(rows)
            if len(calls) == 2:
                raise LookupError("asked for")
            return []

        keys = [[one.key] for one in await all_places(store)]
        try:
            await store.edit(keys, change, lambda previous: {"n": 1}, None)
        except LookupError:
            pass
        else:
            raise AssertionError("the error was lost")
        assert await self.note_of(store) is None
        assert len(await store.query(TraceQuery())) == 3
        await store.close()

    async def test_keeps_a_note_of_what_was_done(self) -> None:
        store = await self.opened(make_batch([make_trace("a")]))

        def count(previous: Mapping[str, Any] | None) -> Mapping[str, Any]:
            return {"deep": {"n": (previous or {"deep": {"n": 0}})["deep"]["n"] + 1}}

        for _ in range(3):
            await store.edit([], untouched, count, None)
        await store.edit([], untouched, lambda previous: None, None)
        found = await self.note_of(store)
        await store.close()
        assert found == {"deep": {"n": 3}}

    async def test_one_who_leads_no_more_changes_nothing(self) -> None:
        store = await self.opened(make_batch([make_trace("a")]))
        keys = [[one.key] for one in await all_facts(store)]
        await self.lead(store, 1)
        await store.edit(keys, untouched, lambda previous: {"n": 1}, 1)
        await self.lead(store, 2)
        try:
            await store.edit(keys, lambda rows: [], lambda previous: {"n": 2}, 1)
        except StoreFenced:
            pass
        else:
            raise AssertionError("it was let through")
        assert ids(await store.query(TraceQuery())) == ["a"]
        await store.edit(keys, lambda rows: [], None, 2)
        assert await self.note_of(store) == {"n": 1}
        assert await store.query(TraceQuery()) == []
        await store.close()

    async def test_a_batch_that_comes_again_after_its_row_was_changed_is_not_stored_again(
        self,
    ) -> None:
        batches = [
            make_batch([make_trace(f"{n}a"), make_trace(f"{n}b")], seq=2 * n) for n in (1, 2)
        ]
        store = await self.opened(*batches)
        keys = [one.key for one in await all_places(store)]

        def change(rows: list[Row]) -> list[Row]:
            kept = trimmed(rows[0], lambda trace: trace["id"] != "1a")
            return [merged([replace(rows[0])])] if kept is rows[0] else [kept or rows[0]]

        await store.edit([[key] for key in keys], change, None, None)
        for batch in batches:
            await store.write(batch)
        found = await store.query(TraceQuery())
        rows = await all_facts(store)
        await store.close()
        assert ids(found) == ["1b", "2a", "2b"]
        assert [one.count for one in rows] == [1, 2]

    async def note_of(self, store: Any) -> Mapping[str, Any] | None:
        """Meta's `upkeep`."""
        seen: list[Mapping[str, Any] | None] = []
        await store.edit([], untouched, lambda previous: seen.append(previous), None)
        return seen[0]
