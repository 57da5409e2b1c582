"""`put_all` is to its users what `put` is for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.ledger import STATES
from ...priority import LABELS
from ...verdict import Reason
from ..faults import FaultyStore
from .making import WithQueues, ids


class ManyAtOnce(WithQueues):
    """What `put_all` promises."""

    async def test_what_is_put_all_at_once_is_stored_as_what_is_put_one_by_one(self) -> None:
        traces = [
            {"name": "a", "id": str(n), "timestamp": n, "priority": LABELS[n // 3 % 4]}
            for n in range(500)
        ]
        stored = []
        for at_once in (False, True):
            async with self.make_queue(FaultyStore()) as queue:
                queue.pause()
                if at_once:
                    verdicts = await queue.put_all(iter(traces))
                else:
                    verdicts = [await queue.put(trace) for trace in traces]
                queue.resume()
                await queue.flush()
                assert [verdict.id for verdict in verdicts] == ids(traces)
                assert all(verdicts)
                stored.append(([*map(queue.ledger.of, STATES)], await queue.query()))
        assert stored[0] == stored[1]

    async def test_put_all_waits_for_room_and_takes_no_more_than_it_has_room_for(self) -> None:
        store = FaultyStore()
        store.delay = 0.01
        taken: list[int] = []

        def traces() -> Iterator[dict[str, Any]]:
            for n in range(200):
                taken.append(n - queue.ledger.total("written"))
                yield {"name": "a", "attributes": {"n": n}}

        async with self.make_queue(store, max_queue_size=30, max_batch_size=8) as queue:
            verdicts = await queue.put_all(traces(), "low")
            assert all(verdicts)
            await queue.flush()
            found = await queue.query()
        assert [trace["attributes"]["n"] for trace in found] == list(range(200))
        assert ids(found) == [verdict.id for verdict in verdicts]
        assert max(taken) <= 30 + 2 * 8  # held, and a batch that waits for room
        assert queue.ledger.broken_laws() == []

    async def test_put_all_says_of_each_trace_what_became_of_it(self) -> None:
        async with self.make_queue(FaultyStore(), max_trace_bytes=1_000) as queue:
            await queue.put({"name": "a", "id": "old"})
            blob = {"name": "a", "id": "blob", "attributes": {"pad": "x" * 2_000}}
            more = [{"name": "a", "id": id} for id in ("a", "old", "b", "a")]
            verdicts = await queue.put_all([*more, blob])
            held = [record["id"] for record in await queue.query()]
        assert [(verdict.id, verdict.reason) for verdict in verdicts] == [
            ("a", None), ("old", Reason.DUPLICATE), ("b", None), ("a", Reason.DUPLICATE),
            ("blob", Reason.TOO_LARGE),
        ]  # fmt: skip
        assert held == ["old", "a", "b"]
        assert queue.ledger.broken_laws() == []

    async def test_a_mistake_among_many_raises_when_those_before_it_are_taken(self) -> None:
        async with self.make_queue(FaultyStore(), max_batch_size=4) as queue:
            traces: list[Any] = [{"name": "a", "id": str(n)} for n in range(9)]
            for mistake, kind in ((None, TypeError), ({"name": ""}, ValueError)):
                try:
                    await queue.put_all([*traces[:6], mistake, *traces[6:]])
                except kind:
                    assert ids(await queue.query(order="asc")) == list("012345")
                else:
                    raise AssertionError(f"{mistake!r} was taken")
            assert queue.metrics().accepted == 6

    async def test_what_was_put_with_others_can_be_found_moved_and_cancelled_alone(self) -> None:
        async with self.make_queue(FaultyStore()) as queue:
            await queue.put_all({"name": "a", "id": id} for id in ("a", "b", "c\ud800"))
            assert queue.status("b") == "queued"
            assert queue.cancel("c\ud800")
            assert queue.reprioritize("b", "high")
            assert ids(await queue.query(priority="high")) == ["b"]
            await queue.flush()
            assert sorted(ids(await queue.query())) == ["a", "b"]
            assert queue.metrics().cancelled == 1

    async def test_put_all_is_refused_what_a_queue_without_consent_or_a_closed_one_gets(
        self,
    ) -> None:
        traces = [{"name": "a"}] * 3
        queue = self.make_queue(FaultyStore())
        async with queue:
            await queue.put_all(traces)
            queue.set_consent(False)
            denied = await queue.put_all(traces)
            queue.set_consent(True)
        late = await queue.put_all(traces)
        assert [verdict.reason for verdict in denied] == [Reason.CONSENT] * 3
        assert [verdict.reason for verdict in late] == [Reason.CLOSED] * 3
        assert queue.metrics().dropped_by_reason == {"consent": 6, "closed": 3}
