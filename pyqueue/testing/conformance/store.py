"""What the queue relies on in a store."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ...batch import DeadLetter
from ...errors import StoreRejected
from ...ports import BatchStore
from ...query import Order, TraceQuery
from .making import ids, make_batch, make_trace

ORDERS: tuple[Order, ...] = ("stored", "asc", "desc")


class StoreConformance:
    """What the queue relies on in a store."""

    def make_store(self) -> BatchStore:
        """A store that holds nothing yet."""
        raise NotImplementedError

    async def test_gives_back_the_same_traces(self) -> None:
        store = self.make_store()
        await store.open()
        attributes = {"text": "naïve \U0001f40d \x00 \n", "deep": [{"a": None}], "n": 1.5}
        trace = make_trace("a", 2, 5.25, attributes=attributes, traceId="t1", status="ok")
        await store.write(make_batch([trace]))
        found = await store.query(TraceQuery())
        await store.close()
        assert found == [json.loads(trace.text)]

    async def test_keeps_the_order_of_sealing_whatever_order_writes_end_in(self) -> None:
        store = self.make_store()
        await store.open()
        first = make_batch([make_trace("c", 3)], [make_trace("n1"), make_trace("n2")], seq=1)
        second = make_batch([make_trace("n3")], seq=4)
        await store.write(second)
        await store.write(first)
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["c", "n1", "n2", "n3"]

    async def test_a_batch_written_twice_is_stored_once(self) -> None:
        store = self.make_store()
        await store.open()
        batch = make_batch([make_trace("a"), make_trace("b")])
        await store.write(batch)
        await store.write(batch)
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["a", "b"]

    async def test_a_half_of_a_batch_that_is_stored_is_not_stored_again(self) -> None:
        store = self.make_store()
        await store.open()
        lane = [make_trace(str(n)) for n in range(1, 5)]
        await store.write(make_batch(lane))
        await store.write(make_batch(lane[:2]))
        await store.write(make_batch(lane[2:], seq=3))
        await store.write(make_batch([make_trace("5")], seq=5))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["1", "2", "3", "4", "5"]

    async def test_a_repeated_batch_among_many_at_once_harms_no_other(self) -> None:
        store = self.make_store()
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 9)]
        await store.write(batches[5])
        await asyncio.gather(*map(store.write, batches))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == list("12345678")

    async def test_of_many_at_once_one_that_is_given_up_stops_no_other(self) -> None:
        store = self.make_store()
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 9)]
        writes = [asyncio.ensure_future(store.write(batch)) for batch in batches]
        await asyncio.sleep(0)
        writes[5].cancel()
        await asyncio.gather(*writes, return_exceptions=True)
        await store.write(batches[5])
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == list("12345678")

    async def test_where_it_takes_many_together_it_takes_all_or_nothing(self) -> None:
        store = self.make_store()
        if not hasattr(store, "write_together"):
            return
        await store.open()
        batches = [make_batch([make_trace(str(n))], seq=n) for n in range(1, 5)]
        await store.write(batches[1])
        with suppress(StoreRejected):
            await store.write_together(batches[:3])  # of which one is there
            raise AssertionError("a place in the session was taken twice")
        alone = ids(await store.query(TraceQuery()))
        await store.write_together(batches[2:])
        found = await store.query(TraceQuery())
        await store.close()
        assert (alone, ids(found)) == (["2"], ["2", "3", "4"])

    async def test_finds_by_every_condition(self) -> None:
        store = self.make_store()
        await store.open()
        lanes = [
            [make_trace("c", 3, 30.0, traceId="x")],
            [make_trace("n1", 1, 10.0, name="save"), make_trace("n2", 1, 20.0, traceId="x")],
        ]
        await store.write(make_batch(*lanes))
        await store.write(make_batch([make_trace("l", 0, 40.0)], seq=4))
        asked = {
            "id": TraceQuery(id="n2"),
            "name": TraceQuery(name="save"),
            "priority": TraceQuery(priority="critical"),
            "trace_id": TraceQuery(trace_id="x"),
            "time": TraceQuery(since=20.0, until=30.0),
            "limit": TraceQuery(limit=2),
            "none": TraceQuery(limit=0),
            "asc": TraceQuery(order="asc"),
            "desc": TraceQuery(order="desc", limit=2),
        }
        found = {key: ids(await store.query(query)) for key, query in asked.items()}
        await store.close()
        assert found == {
            "id": ["n2"],
            "name": ["n1"],
            "priority": ["c"],
            "trace_id": ["c", "n2"],
            "time": ["c", "n2"],
            "limit": ["c", "n1"],
            "none": [],
            "asc": ["n1", "n2", "c", "l"],
            "desc": ["l", "c"],
        }

    async def test_takes_any_time_and_any_text_as_an_id(self) -> None:
        store = self.make_store()
        await store.open()
        trace = make_trace("\udfff", timestamp=10**19, traceId="\ud800")
        await store.write(make_batch([trace, make_trace("b", timestamp=5.0, traceId="\\ud800")]))
        asked = [
            TraceQuery(trace_id="\ud800"),
            TraceQuery(id="\udfff"),
            TraceQuery(since=10**19),
            TraceQuery(since=10**18, until=10**20, order="desc"),
        ]
        found = [await store.query(query) for query in asked]
        later = await store.query(TraceQuery(since=10**19 + 1))
        other = await store.query(TraceQuery(trace_id="\\ud800"))
        await store.close()
        assert found == [[json.loads(trace.text)]] * len(asked)
        assert (later, ids(other)) == ([], ["b"])

    async def test_finds_a_priority_inside_a_mixed_row(self) -> None:
        store = self.make_store()
        await store.open()
        await store.write(make_batch([make_trace("l", 0), make_trace("c", 3), make_trace("n")]))
        found = await store.query(TraceQuery(priority="low"))
        await store.close()
        assert ids(found) == ["l"]

    async def test_a_row_that_can_not_be_read_is_passed_over(self) -> None:
        store = self.make_store()
        await store.open()
        for seq, id in enumerate("abc", 1):
            batch = make_batch([make_trace(id)], seq=seq)
            if id == "b":
                batch.rows = (replace(batch.rows[0], data=str(batch.rows[0].data)[:20]),)
            await store.write(batch)
        found = [await store.query(TraceQuery(order=order)) for order in ORDERS]
        await store.close()
        assert [sorted(ids(traces)) for traces in found] == [["a", "c"]] * len(ORDERS)

    async def test_reads_many_rows(self) -> None:
        store = self.make_store()
        await store.open()
        for seq in range(1, 151):
            await store.write(make_batch([make_trace(str(seq), timestamp=float(seq))], seq=seq))
        found = await store.query(TraceQuery(since=10.0))
        first = await store.query(TraceQuery(limit=3))
        await store.close()
        assert ids(found) == [str(seq) for seq in range(10, 151)]
        assert ids(first) == ["1", "2", "3"]

    async def test_opens_again_after_it_was_closed(self) -> None:
        store = self.make_store()
        await store.open()
        await store.write(make_batch([make_trace("a")]))
        await store.close()
        await store.open()
        await store.write(make_batch([make_trace("b")], seq=2))
        found = await store.query(TraceQuery())
        await store.close()
        assert ids(found) == ["a", "b"]

    async def test_buries_dead_letters_where_it_can(self) -> None:
        store: Any = self.make_store()
        if not hasattr(store, "letters"):
            return
        await store.open()
        letter = DeadLetter("a", "{}", 1, "retries", "Boom: x", 4, 0.0)
        await store.bury([letter, replace(letter, id="b")])
        await store.bury([replace(letter, resolution="a bug of ours")])
        await store.forget(["b", "unknown"])
        found = await store.letters()
        await store.close()
        assert found == [replace(letter, resolution="a bug of ours")]

    async def test_buries_a_letter_whatever_its_texts_hold(self) -> None:
        store: Any = self.make_store()
        if not hasattr(store, "letters"):
            return
        await store.open()
        letter = DeadLetter("\ud800", "{}", 1, "retries", "Boom: \udfff", 4, 0.0, "\ud800?")
        await store.bury([letter, replace(letter, id="\\ud800"), replace(letter, id="gone\udfff")])
        await store.forget(["gone\udfff"])
        found = await store.letters()
        await store.close()
        assert sorted(found, key=repr) == [replace(letter, id="\\ud800"), letter]
