"""What can be done about a trace that the store would not take."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import Reason, StoreRejected, StoreUnavailable
from pyqueue.testing.conformance.making import ids
from tests.support import FaultyStore, make_queue, turns


async def kill(queue, store, *names):
    """Let traces die, one after the other."""
    for name in names:
        store.fail_next(4, StoreRejected("poison"))
        queue.enqueue({"name": "a", "id": name}, "high")
        await queue.flush()


async def test_they_are_still_there_for_the_next_run_on_the_same_store():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a", "b")
    async with make_queue(store) as later:
        assert later.dead_letters == ()
        assert [letter.id for letter in await later.list_dead_letters()] == ["a", "b"]


class FullGrave(FaultyStore):
    """Takes no letters for now."""

    full = True

    async def bury(self, letters):
        if self.full:
            raise StoreUnavailable("locked")
        await super().bury(letters)


@pytest.mark.parametrize("by", ["the next write", "closing"])
async def test_what_could_not_be_kept_at_once_is_kept_by_the_next_write_or_in_closing(by):
    store = FullGrave()
    async with make_queue(store) as queue:
        await kill(queue, store, "a", "b", "purged")
        await queue.purge_dead_letters(["purged"])
        store.full = False
        if by == "the next write":
            queue.enqueue({"name": "a"})
            await queue.flush()
            await turns()
            assert [letter.id for letter in await store.letters()] == ["a", "b"]
    assert [letter.id for letter in await store.letters()] == ["a", "b"]


async def test_replayed_they_are_stored_and_no_letters_any_more():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a", "b", "c")
        verdicts = await queue.replay_dead_letters(["a", "c"])
        await queue.flush()
        assert [bool(verdict) for verdict in verdicts] == [True, True]
        assert ids(await queue.query(priority="high")) == ["a", "c"]
        assert [letter.id for letter in await queue.list_dead_letters()] == ["b"]
        metrics = queue.metrics()
    assert (metrics.dead, metrics.written) == (3, 2)
    assert queue.ledger.broken_laws() == []


async def test_a_letter_is_kept_until_its_trace_is_durable():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        queue.pause()
        await queue.replay_dead_letters()
        assert [letter.id for letter in await store.letters()] == ["a"]
        queue.resume()
        await queue.flush()
        assert await store.letters() == []
        assert ids(await queue.query()) == ["a"]


async def test_what_is_written_is_so_although_its_letter_is_never_forgotten():
    class NeverForgets(FaultyStore):
        async def forget(self, ids):
            await asyncio.sleep(1e9)

    store = NeverForgets()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        await queue.replay_dead_letters()
        await queue.flush()
        queue.enqueue({"name": "a", "id": "b"})
        await queue.flush()
        assert ids(await queue.query()) == ["a", "b"]
        assert queue.dead_letters == ()
    assert queue.metrics().written == 2
    assert queue.ledger.held == 0


async def test_a_letter_that_can_not_be_forgotten_harms_nothing():
    class Refuses(FaultyStore):
        async def forget(self, ids):
            raise StoreUnavailable("not now")

    store = Refuses()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        await queue.replay_dead_letters()
        await queue.flush()
        assert ids(await queue.query()) == ["a"]
        assert [letter.id for letter in await queue.list_dead_letters()] == ["a"]


async def test_whoever_hears_that_all_is_written_finds_no_letter_of_it():
    store, found = FaultyStore(), []
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        queue.subscribe(lambda event: found.append((event.kind, queue.dead_letters)))
        await queue.replay_dead_letters()
        await queue.flush()
        assert ("drained", ()) in found


async def test_a_trace_that_is_cancelled_in_its_replay_is_still_a_letter():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        queue.pause()
        await queue.replay_dead_letters()
        assert queue.cancel("a")
        assert [letter.id for letter in await queue.list_dead_letters()] == ["a"]
        queue.resume()


async def test_what_is_refused_in_a_replay_stays_a_letter():
    store = FaultyStore()
    queue = make_queue(store)
    async with queue:
        await kill(queue, store, "a")
    (verdict,) = await queue.replay_dead_letters()
    assert verdict.reason is Reason.CLOSED
    assert [letter.id for letter in await queue.list_dead_letters()] == ["a"]


async def test_a_review_is_kept_with_the_letter():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        assert await queue.review_dead_letter("a", "a bug of ours")
        assert not await queue.review_dead_letter("unknown", "?")
        assert queue.dead_letters[0].resolution == "a bug of ours"
        assert (await store.letters())[0].resolution == "a bug of ours"


async def test_purged_they_are_gone_for_good():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a", "b")
        assert await queue.purge_dead_letters(["a", "unknown"]) == 1
        assert [letter.id for letter in await queue.list_dead_letters()] == ["b"]
        assert [letter.id for letter in await store.letters()] == ["b"]


async def test_a_trace_that_dies_again_is_one_letter():
    store = FaultyStore()
    async with make_queue(store) as queue:
        await kill(queue, store, "a")
        store.fail_next(4, ValueError("again"))
        await queue.replay_dead_letters()
        await queue.flush()
        (letter,) = await queue.list_dead_letters()
    assert "again" in letter.error
