"""What tests share: queues on virtual time, traces of an exact size, reproducible Hypothesis."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from hypothesis import settings

from pyqueue import QueueConfig, StoreUnavailable, TraceQueue, TraceQueueProcessor
from pyqueue.core.lanes import FifoLane, PriorityLanes
from pyqueue.core.queue import QueueCore
from pyqueue.encoding import byte_size, encode
from pyqueue.priority import LABELS
from pyqueue.testing import FaultyStore, VirtualClock
from pyqueue.trace import QueuedTrace

LOW, NORMAL, HIGH, CRITICAL = range(4)


def examples(count: int) -> int:
    """A fifth in a browser, where they take ten times as long: what matters there is what differs
    between platforms."""
    return count // 5 if sys.platform == "emscripten" else count


reproducible = settings(derandomize=True, deadline=None, database=None, max_examples=examples(100))


def item(id: str = "a", priority: int = NORMAL, size: int = 100, at: float = 0.0) -> QueuedTrace:
    """An encoded trace of exactly `size` bytes, handed over at `at`."""
    record = {"id": id, "name": "", "priority": LABELS[priority], "timestamp": at}
    record["name"] = "x" * (size - byte_size(encode(record)))
    text = encode(record)
    assert byte_size(text) == size, f"{id!r} can't be as small as {size}"
    return QueuedTrace(id, priority, at, "", text, size, at)


def make_core(lanes: Any = PriorityLanes, **options: Any) -> QueueCore:
    """A core whose clock is moved by hand; its retries wait as long as they may."""
    return QueueCore(QueueConfig(**options), lanes(), "s", lambda: 1.0)


def make_queue(
    store: Any = None,
    kind: type[TraceQueue] = TraceQueueProcessor,
    memory: Any = None,
    **options: Any,
) -> TraceQueue:
    """A queue on the running virtual loop; its retries wait as long as they may."""
    return kind(
        store=FaultyStore() if store is None else store,
        config=QueueConfig(**options),
        clock=VirtualClock(),
        memory=memory,
        chance=lambda: 1.0,
        session="s",
    )


class Heap:
    """A platform's heap whose reading the test sets."""

    def __init__(self, reading: Any = None) -> None:
        self.reading = reading

    def read(self) -> Any:
        return self.reading


def seconds() -> float:
    """The running virtual loop's time."""
    return asyncio.get_running_loop().time()


def down() -> FaultyStore:
    """A store that can't be reached until its `broken` is None."""
    store = FaultyStore()
    store.broken = StoreUnavailable("down")
    return store


async def turns(count: int = 10) -> None:
    """Let everything run that needs no time."""
    for _ in range(count):
        await asyncio.sleep(0)


def counts(verdicts: list[Any]) -> tuple[int, int]:
    """How many were accepted and refused."""
    accepted = sum(map(bool, verdicts))
    return accepted, len(verdicts) - accepted


__all__ = [
    "CRITICAL", "HIGH", "LOW", "NORMAL", "FaultyStore", "FifoLane", "Heap", "PriorityLanes",
    "counts", "down", "examples", "item", "make_core", "make_queue", "reproducible", "seconds",
    "turns",
]  # fmt: skip
