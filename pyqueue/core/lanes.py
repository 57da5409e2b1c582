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

AGED_SHARE = 4
"""One part in so many of every batch is for what has waited too long."""


def json_size(items: list[QueuedTrace]) -> int:
    """Bytes of these in a JSON array, a separator behind each."""
    return sum([item.size + 1 for item in items])


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

    def take_expired(self, now: float) -> list[QueuedTrace]:
        expired = [item for item in self.items if item.expiry <= now]
        if expired:
            self.items = deque(item for item in self.items if item.expiry > now)
            self.bytes -= sum([item.size for item in expired])
        return expired

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

    def take_expired(self, now: float) -> list[QueuedTrace]:
        """Take out what is no longer worth writing."""

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[QueuedTrace]]:
        """Take out the next batch, lane by lane, `size` bytes of JSON; one trace at least. What was
        enqueued before `overdue_before` must not starve."""

    def collect_urgent(self, count: int, size: int) -> list[list[QueuedTrace]]:
        """The same, but only of what is urgent."""

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
    """Four lanes, the highest first; CRITICAL is urgent and is never evicted.

    No lane starves: a quarter of every batch is for what has waited longer than `max_wait`, in
    whatever lane, the oldest first. So a trace that is overdue with n others before it leaves at
    the latest with the (n / a quarter of `max_batch_size`)-th batch from then.
    """

    def __init__(self) -> None:
        self._lanes = tuple(Lane() for _ in TracePriority)
        self._highest_first = tuple(self._lanes[p] for p in HIGHEST_FIRST)

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
        return bool(self._highest_first[0].items)

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

    def take_expired(self, now: float) -> list[QueuedTrace]:
        return [item for lane in self._lanes for item in lane.take_expired(now)]

    def evict(self) -> QueuedTrace:
        return next(lane for lane in self._lanes if lane.items).pop()

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[QueuedTrace]]:
        share = max(1, count // AGED_SHARE)
        aged = self._take_overdue(share, size // AGED_SHARE, overdue_before)
        count -= sum(map(len, aged))
        size -= sum(1 + json_size(lane) for lane in aged if lane)
        is_full = False
        rows = []
        for lane, taken in zip(self._highest_first, aged, strict=True):
            if not is_full:
                more = lane.take(count, size)
                count -= len(more)
                size -= 1 + json_size(more)
                taken += more
                # A lower lane must not go before what is left here.
                is_full = bool(lane.items)
            if taken:
                rows.append(taken)
        if rows or not len(self):
            return rows
        return [[next(lane for lane in self._highest_first if lane.items).pop()]]

    def collect_urgent(self, count: int, size: int) -> list[list[QueuedTrace]]:
        lane = self._highest_first[0]
        return [lane.take(count, size) or [lane.pop()]]

    def _take_overdue(self, count: int, size: int, before: float) -> list[list[QueuedTrace]]:
        """The oldest of what has waited too long, by lane, the highest lane first. The very oldest
        goes however large it is: it would wait for ever for a batch in which it fits."""
        taken: list[list[QueuedTrace]] = [[] for _ in self._highest_first]
        while count > 0:
            heads = [
                (lane.items[0].enqueued_at, place)
                for place, lane in enumerate(self._highest_first)
                if lane.items and lane.items[0].enqueued_at < before
            ]
            if not heads:
                break
            place = min(heads)[1]
            if any(taken) and self._highest_first[place].items[0].size >= size:
                break
            item = self._highest_first[place].pop()
            taken[place].append(item)
            count -= 1
            size -= item.size + 1
        return taken

    def oldest(self) -> Iterator[QueuedTrace]:
        return (lane.items[0] for lane in self._lanes if lane.items)


class BatchLanes(PriorityLanes):
    """Four lanes of which none is urgent: whatever comes waits for its batch."""

    urgent = False

    def is_urgent(self, priority: int) -> bool:
        return False


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

    def take_expired(self, now: float) -> list[QueuedTrace]:
        return self._lane.take_expired(now)

    def evict(self) -> QueuedTrace:
        raise LookupError("the FIFO queue evicts nothing")

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[QueuedTrace]]:
        taken = self._lane.take(count, size)
        if not taken and self._lane.items:
            taken = [self._lane.pop()]
        return [taken] if taken else []

    def collect_urgent(self, count: int, size: int) -> list[list[QueuedTrace]]:
        raise LookupError("nothing is urgent in the FIFO queue")

    def oldest(self) -> Iterator[QueuedTrace]:
        return iter([self._lane.items[0]] if self._lane.items else [])
