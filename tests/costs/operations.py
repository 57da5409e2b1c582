"""What the queue does, ready to be counted (here) or timed (playwright/bench).

Each operation is handed how many traces are queued already, and yields work upon `AT_ONCE` more,
again and again; in between it brings the queue back to that many.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count

from pyqueue import MemoryStore, QueueConfig, TraceQueueProcessor
from pyqueue.core.lanes import PriorityLanes
from pyqueue.core.queue import QueueCore
from pyqueue.parcel import pack
from pyqueue.priority import LABELS
from pyqueue.trace import read_trace

AT_ONCE = 100
LOW, NORMAL, HIGH = range(3)
PLENTY = 2**40


class StandingClock:
    """Time does not pass."""

    def now(self):
        return 0.0

    wall = now


def trace(number):
    """About 480 bytes of JSON, as the bench's."""
    return {
        "id": f"m1x4k2p9q-7c0a-91fe-{number:09}",
        "name": "checkout.submit",
        "duration": 12.5,
        "attributes": {
            "app.screen": "checkout",
            "app.component": "card-column",
            "app.release": "2026.11.3",
            "app.note": "move card column filter open close draft assign label",
            "user.cohort": "cohort-17",
            "pointer.x": 1204,
            "pointer.y": 311,
            "scroll.top": 410.5,
            "is.first": False,
        },
        "traceId": f"{number // 10:032x}",
        "spanId": f"{number:016x}",
    }


def encoded(first, many, priority):
    """Traces as they are behind the door."""
    one = read_trace(trace(first), priority, 0.0, float, str)
    return [replace(one, id=f"t{number}") for number in range(first, first + many)]


def one_by_one(core, first, priority=NORMAL):
    for item in encoded(first, AT_ONCE, priority):
        core.offer(item, 0.0)


def in_a_parcel(core, first, priority=NORMAL):
    core.offer_parcel(pack(encoded(first, AT_ONCE, priority)), 0.0)


def core_with(backlog, priority=NORMAL, most=PLENTY, come=one_by_one):
    config = QueueConfig(max_queue_size=most, max_queue_bytes=PLENTY, max_batch_size=AT_ONCE)
    core = QueueCore(config, PriorityLanes(), "costs-1", lambda: 0.5)
    for first in range(0, backlog, AT_ONCE):
        come(core, first, priority)
    return core


def leave(core):
    """As many as come at once."""
    core.written(core.next_batch(0.0), 0.0)


def each(call, given):
    for one in given:
        call(one)


def enqueue(backlog):
    """From the caller's dict into its lane."""
    config = QueueConfig(max_queue_size=PLENTY, max_queue_bytes=PLENTY, max_batch_size=AT_ONCE)
    queue = TraceQueueProcessor(store=MemoryStore(), config=config, clock=StandingClock())
    each(queue.offer, encoded(0, backlog, NORMAL))
    for first in count(backlog, AT_ONCE):
        given = [trace(number) for number in range(first, first + AT_ONCE)]
        yield partial(each, queue.enqueue, given)
        leave(queue._core)


def put_all(backlog):
    """The same by the hundred, three priorities mixed."""
    config = QueueConfig(max_queue_size=PLENTY, max_queue_bytes=PLENTY, max_batch_size=AT_ONCE)
    queue = TraceQueueProcessor(store=MemoryStore(), config=config, clock=StandingClock())
    each(queue.offer, encoded(0, backlog, NORMAL))
    for first in count(backlog, AT_ONCE):
        given = [
            {**trace(number), "priority": LABELS[number % 3]}
            for number in range(first, first + AT_ONCE)
        ]
        yield partial(finish, queue.put_all(given))
        leave(queue._core)


def finish(work):
    """Of a coroutine that has nothing to wait for."""
    with suppress(StopIteration):
        work.send(None)
        raise AssertionError("it waits")


def offer(backlog):
    """A trace that is encoded already."""
    core = core_with(backlog)
    for first in count(backlog, AT_ONCE):
        given = encoded(first, AT_ONCE, NORMAL)
        yield partial(each, lambda item: core.offer(item, 0.0), given)
        leave(core)


def offer_parcel(backlog):
    """The same, as a page hands them over."""
    core = core_with(backlog, come=in_a_parcel)
    for first in count(backlog, AT_ONCE):
        yield partial(core.offer_parcel, pack(encoded(first, AT_ONCE, NORMAL)), 0.0)
        leave(core)


def evict(backlog, come=one_by_one):
    """Into a full queue: another goes for each."""
    core = core_with(backlog, LOW, backlog, come)
    for first in count(backlog, AT_ONCE):
        given = encoded(first, AT_ONCE, HIGH)
        yield partial(each, lambda item: core.offer(item, 0.0), given)
        leave(core)
        come(core, -first, LOW)


def seal(backlog, come=one_by_one):
    """Out of the lanes into a batch with its row."""
    core = core_with(backlog, come=come)
    for first in count(backlog, AT_ONCE):
        yield partial(core.next_batch, 0.0)
        each(lambda batch: core.written(batch, 0.0), list(core.batcher.outstanding()))
        come(core, first)


def written(backlog, come=one_by_one):
    """The batch is durable."""
    core = core_with(backlog, come=come)
    for first in count(backlog, AT_ONCE):
        yield partial(core.written, core.next_batch(0.0), 0.0)
        come(core, first)


OPERATIONS = {
    "enqueue": enqueue,
    "put all": put_all,
    "offer": offer,
    "offer a parcel": offer_parcel,
    "evict": evict,
    "evict from parcels": partial(evict, come=in_a_parcel),
    "seal": seal,
    "seal a parcel": partial(seal, come=in_a_parcel),
    "written": written,
    "a parcel is written": partial(written, come=in_a_parcel),
}
