"""Flushes, endings and dead letters: what was accepted is durable, or it is said that it is not."""

from __future__ import annotations

import asyncio

import pytest

from pyqueue import FlushError, Reason
from tests.support import FaultyStore, down, make_queue, seconds, turns


class SlowGrave(FaultyStore):
    """Takes its time with dead letters."""

    async def bury(self, letters):
        await asyncio.sleep(0.5)
        await super().bury(letters)


class Deaf(FaultyStore):
    """Answers neither a write nor its closing."""

    async def close(self):
        await asyncio.sleep(1e9)


async def test_closing_with_an_open_breaker_still_writes_to_a_store_that_is_well_again():
    store = down()
    async with make_queue(store, breaker_threshold=1) as queue:
        queue.enqueue({"name": "a"}, "critical")
        await asyncio.sleep(1)
        assert queue.metrics().breaker == "open"
        store.broken = None
    assert queue.metrics().written == 1


async def test_what_waits_for_its_retry_when_the_queue_closes_is_written():
    store = FaultyStore()
    store.fail_next()
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"}, "critical")
        await turns()
        assert queue.metrics().retrying == 1
    assert (queue.metrics().written, queue.metrics().retrying) == (1, 0)


async def test_closing_ends_within_its_timeout_although_the_store_answers_nothing():
    store = Deaf()
    store.delay = 1e9
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        began = seconds()
        await queue.aclose(timeout=2.0)
        assert seconds() - began <= 2.0
        assert queue.metrics().in_flight == 1  # still counted as held
        assert "1 in flight" in repr(queue)


async def test_closing_waits_until_dead_letters_are_kept():
    store = SlowGrave()
    store.fail_next(1, ValueError("poison"))
    async with make_queue(store, max_retries=0) as queue:
        queue.enqueue({"name": "a", "id": "dead"})
    assert [letter.id for letter in await store.inner.letters()] == ["dead"]


async def test_dead_letters_that_the_store_will_not_keep_can_still_be_read():
    store = FaultyStore()
    store.broken = ValueError("takes nothing")
    async with make_queue(store, max_retries=0) as queue:
        queue.enqueue({"name": "a", "id": "dead", "attributes": {"n": 1}})
        await queue.flush()
    (letter,) = queue.dead_letters
    assert (letter.id, letter.reason, letter.attempts) == ("dead", "retries", 1)
    assert '"n":1' in letter.trace
    assert "takes nothing" in letter.error


async def test_who_is_told_of_dead_letters_can_read_them_at_once():
    store, seen = FaultyStore(), []
    store.fail_next(1, ValueError("poison"))
    async with make_queue(store, max_retries=0) as queue:
        queue.subscribe(
            lambda e: seen.append(len(queue.dead_letters)) if e.kind == "deadletter" else None
        )
        queue.enqueue({"name": "a"})
        await queue.flush()
    assert seen == [1]


async def test_put_ends_when_the_queue_closes():
    async with make_queue(down(), max_queue_size=1) as queue:
        queue.enqueue({"name": "a"})
        waiting = asyncio.create_task(queue.put({"name": "b"}))
        await turns()
        await queue.aclose()
        assert (await waiting).reason is Reason.CLOSED


async def test_a_flush_covers_what_was_accepted_before_it_and_not_what_follows():
    store = FaultyStore()
    store.delay = 1.0
    async with make_queue(store, batch_timeout=60_000) as queue:
        queue.enqueue({"name": "a"})
        flushing = asyncio.create_task(queue.flush())
        await turns()
        queue.enqueue({"name": "b"})
        await flushing
        assert seconds() == 1.0
        assert (queue.metrics().written, queue.metrics().queued) == (1, 1)


async def test_a_flush_gives_up_after_its_timeout_and_the_traces_stay():
    store = FaultyStore()
    store.delay = 10.0
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        with pytest.raises(FlushError, match=r"^1 trace is not durable, after 2 s$"):
            await queue.flush(timeout=2)
        assert queue.metrics().in_flight == 1
        await queue.flush()
        assert queue.metrics().written == 1


async def test_a_flush_of_a_paused_queue_says_that_it_is_paused():
    async with make_queue() as queue:
        queue.pause()
        for name in "ab":
            queue.enqueue({"name": name})
        with pytest.raises(FlushError, match=r"^2 traces are not durable, the queue is paused$"):
            await queue.flush()
        queue.resume()


async def test_a_flush_that_fails_names_no_error_that_the_store_has_got_over():
    store = down()
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a"})
        with pytest.raises(FlushError, match=r"the store is failing; last error: down$"):
            await queue.flush()
        store.broken = None
        await asyncio.sleep(60)
        store.delay = 10.0
        queue.enqueue({"name": "b"})
        with pytest.raises(FlushError, match=r"^1 trace is not durable, after 2 s$") as raised:
            await queue.flush(timeout=2)
        assert raised.value.__cause__ is None


async def test_a_flush_ends_when_all_that_it_waits_for_is_cancelled():
    async with make_queue(max_in_flight=1) as queue:
        queue._writer.store.delay = 5.0
        queue.enqueue({"name": "a"}, "critical")
        await turns()
        queue.enqueue({"name": "b", "id": "b"})
        flushing = asyncio.create_task(queue.flush())
        await turns()
        queue.cancel("b")
        await flushing
        assert (seconds(), queue.metrics().cancelled) == (5.0, 1)
