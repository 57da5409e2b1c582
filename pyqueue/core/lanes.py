"""Queueing disciplines: in which order traces leave, and which may be evicted for another.

A lane is first in, first out. `PriorityLanes` has four; `FifoLane` is the plain queue behind the
feature flag. Both are deques: pushing and popping cost the same at any length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from ..priority import HIGHEST_FIRST, TracePriority
from ..trace import QueuedTrace


class Lane:
    """Traces in the order of their numbers, with their bytes."""

    __slots__ = ("bytes", "items")

    def __init__(self) -> None:
        self.items: deque[QueuedTrace] = deque()
        self.bytes = 0

    def push(self, item: QueuedTrace) -> None:
        self.items.append(item)
        self.bytes += item.size

    def extend(self, items: Iterable[QueuedTrace], size: int) -> None:
        self.items.extend(items)
        self.bytes += size

    def insert(self, item: QueuedTrace) -> None:
        """At the place that its number gives it: older ones before it, newer ones behind."""
        at = sum(1 for other in self.items if other.number < item.number)
        self.items.insert(at, item)
        self.bytes += item.size

    def pop(self) -> QueuedTrace:
        item = self.items.popleft()
        self.bytes -= item.size
        return item

    def remove(self, item: QueuedTrace) -> None:
        self.items.remove(item)
        self.bytes -= item.size

    def take(self, count: int, size: int) -> list[QueuedTrace]:
        """The oldest: at most `count` of them, and `size` bytes as a JSON array."""
        items = self.items
        taken: list[QueuedTrace] = []
        left = size - 1  # one bracket; the other, or a comma, stands behind each
        while items and len(taken) < count and items[0].size < left:
            item = items.popleft()
            left -= item.size + 1
            taken.append(item)
        self.bytes -= sum([item.size for item in taken])
        return taken


class Discipline(Protocol):
    """What the queue asks of its lanes."""

    def push(self, item: QueuedTrace) -> None: ...
    def push_all(self, priority: int, items: list[QueuedTrace], size: int) -> None: ...
    def insert(self, item: QueuedTrace) -> None: ...
    def remove(self, item: QueuedTrace) -> None: ...
    def evictable(self, priority: int) -> tuple[int, int]:
        """How many traces and bytes could be evicted for one of this priority."""

    def evict(self) -> QueuedTrace:
        """Take out what matters least, the oldest of it."""

    def collect(self, count: int, size: int) -> list[list[QueuedTrace]]:
        """Take out the next batch, lane by lane, `size` bytes of JSON; one trace at least."""

    def oldest(self) -> Iterator[QueuedTrace]:
        """The oldest of each lane that is not empty."""

    def is_urgent(self, priority: int) -> bool:
        """Whether a trace of this priority is written at once."""

    @property
    def urgent(self) -> bool:
        """Something waits that must be written at once."""

    def __iter__(self) -> Iterator[QueuedTrace]:
        """All traces, in the order in which they would leave."""

    def __len__(self) -> int: ...
    @property
    def bytes(self) -> int: ...


class PriorityLanes:
    """Four lanes, the highest first; CRITICAL is urgent and is never evicted."""

    def __init__(self) -> None:
        self._lanes = tuple(Lane() for _ in TracePriority)
        self._highest_first = tuple(self._lanes[p] for p in HIGHEST_FIRST)
        self._critical = self._lanes[TracePriority.CRITICAL].items

    def __len__(self) -> int:
        return sum([len(lane.items) for lane in self._lanes])

    def __iter__(self) -> Iterator[QueuedTrace]:
        for lane in self._highest_first:
            yield from lane.items

    @property
    def bytes(self) -> int:
        return sum([lane.bytes for lane in self._lanes])

    @property
    def urgent(self) -> bool:
        return bool(self._critical)

    def is_urgent(self, priority: int) -> bool:
        return priority == TracePriority.CRITICAL

    def push(self, item: QueuedTrace) -> None:
        self._lanes[item.priority].push(item)

    def push_all(self, priority: int, items: list[QueuedTrace], size: int) -> None:
        self._lanes[priority].extend(items, size)

    def insert(self, item: QueuedTrace) -> None:
        self._lanes[item.priority].insert(item)

    def remove(self, item: QueuedTrace) -> None:
        self._lanes[item.priority].remove(item)

    def evictable(self, priority: int) -> tuple[int, int]:
        lower = self._lanes[:priority]
        return sum([len(lane.items) for lane in lower]), sum([lane.bytes for lane in lower])

    def evict(self) -> QueuedTrace:
        return next(lane for lane in self._lanes if lane.items).pop()

    def collect(self, count: int, size: int) -> list[list[QueuedTrace]]:
        rows = []
        for lane in self._highest_first:
            if taken := lane.take(count, size):
                rows.append(taken)
                count -= len(taken)
                size -= 1 + sum([item.size + 1 for item in taken])
            if lane.items:  # a limit is reached; a lower lane must not go before the rest of this
                break
        if rows or not len(self):
            return rows
        return [[next(lane for lane in self._highest_first if lane.items).pop()]]

    def oldest(self) -> Iterator[QueuedTrace]:
        return (lane.items[0] for lane in self._lanes if lane.items)


class FifoLane:
    """One lane for all: nothing is urgent, nothing is evicted."""

    urgent = False

    def __init__(self) -> None:
        self._lane = Lane()

    def __len__(self) -> int:
        return len(self._lane.items)

    def __iter__(self) -> Iterator[QueuedTrace]:
        return iter(self._lane.items)

    @property
    def bytes(self) -> int:
        return self._lane.bytes

    def push(self, item: QueuedTrace) -> None:
        self._lane.push(item)

    def push_all(self, priority: int, items: list[QueuedTrace], size: int) -> None:
        self._lane.extend(items, size)

    def insert(self, item: QueuedTrace) -> None:
        self._lane.insert(item)

    def remove(self, item: QueuedTrace) -> None:
        self._lane.remove(item)

    def is_urgent(self, priority: int) -> bool:
        return False

    def evictable(self, priority: int) -> tuple[int, int]:
        return 0, 0

    def evict(self) -> QueuedTrace:
        raise LookupError("the FIFO queue evicts nothing")

    def collect(self, count: int, size: int) -> list[list[QueuedTrace]]:
        taken = self._lane.take(count, size)
        if not taken and self._lane.items:
            taken = [self._lane.pop()]
        return [taken] if taken else []

    def oldest(self) -> Iterator[QueuedTrace]:
        return iter([self._lane.items[0]] if self._lane.items else [])
