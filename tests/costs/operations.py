"""What the queue does, ready to be counted (here) or timed (playwright/bench).

Each operation is handed how many traces are queued already, and yields work upon `AT_ONCE` more,
again and again; in between it brings the queue back to that many.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count

from pyqueue import MemoryStore, QueueConfig, TraceQueueProcessor
from pyqueue.core.lanes import PriorityLanes
from pyqueue.core.queue import QueueCore
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
    one = read_trace(trace(first), priority, 0.0, 0.0, str)
    return [replace(one, id=f"t{number}") for number in range(first, first + many)]


def core_with(backlog, priority=NORMAL, most=PLENTY):
    config = QueueConfig(max_queue_size=most, max_queue_bytes=PLENTY, max_batch_size=AT_ONCE)
    core = QueueCore(config, PriorityLanes(), "costs-1", lambda: 0.5)
    fill(core, 0, backlog, priority)
    return core


def fill(core, first, many=AT_ONCE, priority=NORMAL):
    for item in encoded(first, many, priority):
        core.offer(item, 0.0)


def drain(core):
    """As many leave as came at once."""
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
        drain(queue._core)


def offer(backlog):
    """A trace that is encoded already."""
    core = core_with(backlog)
    for first in count(backlog, AT_ONCE):
        given = encoded(first, AT_ONCE, NORMAL)
        yield partial(each, lambda item: core.offer(item, 0.0), given)
        drain(core)


def offer_together(backlog):
    """The same, as a page hands them over."""
    core = core_with(backlog)
    for first in count(backlog, AT_ONCE):
        yield partial(core.offer_all, NORMAL, encoded(first, AT_ONCE, NORMAL), 0.0)
        drain(core)


def evict(backlog):
    """Into a full queue: another goes for each."""
    core = core_with(backlog, LOW, most=backlog)
    for first in count(backlog, AT_ONCE):
        given = encoded(first, AT_ONCE, HIGH)
        yield partial(each, lambda item: core.offer(item, 0.0), given)
        drain(core)
        fill(core, -first, priority=LOW)


def seal(backlog):
    """Out of the lanes into a batch with its row."""
    core = core_with(backlog)
    for first in count(backlog, AT_ONCE):
        yield partial(core.next_batch, 0.0)
        each(lambda batch: core.written(batch, 0.0), list(core.batcher.outstanding()))
        fill(core, first)


def written(backlog):
    """The batch is durable."""
    core = core_with(backlog)
    for first in count(backlog, AT_ONCE):
        yield partial(core.written, core.next_batch(0.0), 0.0)
        fill(core, first)


OPERATIONS = {
    operation.__name__: operation
    for operation in (enqueue, offer, offer_together, evict, seal, written)
}
