"""Observers: told of everything in order, never able to harm the queue."""

from __future__ import annotations

import logging

import pytest

from pyqueue import Event
from pyqueue.observe.fanout import Fanout
from tests.support import counts, make_queue, turns


def event(kind="batch"):
    return Event(kind, 0.0, {})


def test_every_observer_is_told_of_every_event_in_order():
    fanout, seen = Fanout(), []
    for name in "ab":
        fanout.subscribe(lambda event, name=name: seen.append((event.kind, name)))
    fanout.tell([event("batch"), event("drained")])
    assert seen == [("batch", "a"), ("batch", "b"), ("drained", "a"), ("drained", "b")]


def test_it_ends_when_asked_and_asking_twice_is_fine():
    fanout, seen = Fanout(), []
    stop = fanout.subscribe(seen.append)
    stop()
    stop()
    fanout.tell([event()])
    assert seen == []


def test_an_observer_that_subscribed_twice_can_end_one_and_keep_the_other():
    fanout, seen = Fanout(), []
    stop, _ = fanout.subscribe(seen.append), fanout.subscribe(seen.append)
    stop()
    stop()
    fanout.tell([event()])
    assert len(seen) == 1


def test_one_that_raises_is_logged_and_removed_and_the_others_are_told(caplog):
    fanout, seen, calls = Fanout(), [], []

    def bad(event):
        calls.append(event)
        raise RuntimeError("mine")

    fanout.subscribe(bad)
    fanout.subscribe(seen.append)
    with caplog.at_level(logging.ERROR, "pyqueue"):
        fanout.tell([event(), event()])
    assert (len(calls), len(seen)) == (1, 2)
    assert "bad" in caplog.text
    assert "mine" in caplog.text


def test_what_is_no_callable_is_refused_at_once():
    with pytest.raises(TypeError, match="not str"):
        Fanout().subscribe("log")


def test_an_observer_may_leave_while_it_is_told():
    fanout, seen = Fanout(), []

    def once(event):
        seen.append("once")
        stop()

    stop = fanout.subscribe(once)
    fanout.subscribe(lambda event: seen.append("always"))
    fanout.tell([event(), event()])
    assert seen == ["once", "always", "always"]


def test_every_event_has_a_name_on_the_bus():
    assert event("drop").wire_name == "TRACE_QUEUE_ITEM_DROPPED"
    assert event("backpressure").wire_name == "TRACE_QUEUE_BACKPRESSURE"


async def test_an_observer_that_acts_on_the_queue_does_not_turn_the_order_for_others():
    first, second = [], []
    async with make_queue(max_queue_size=2, max_batch_size=2) as queue:

        def act(event):
            first.append(event.kind)
            if event.kind == "batch":
                while queue.enqueue({"name": "a", "id": "extra"}):
                    pass
                queue.cancel("extra")

        queue.subscribe(act)
        queue.subscribe(lambda event: second.append(event.kind))
        queue.enqueue({"name": "a"})
        await queue.flush()
    assert "drop" in first  # news that came of the observer's own doing
    assert second == first


async def test_a_burst_of_drops_is_one_event_with_their_number():
    events = []
    async with make_queue(max_queue_size=2) as queue:
        queue.subscribe(events.append)
        verdicts = [queue.enqueue({"name": "a"}) for _ in range(1_000)]
        assert events == []
        await turns(2)
        drops = [event.payload for event in events if event.kind == "drop"]
        assert drops == [{"reason": "queue_full", "priority": "normal", "count": 998}]
    assert counts(verdicts) == (2, 998)
