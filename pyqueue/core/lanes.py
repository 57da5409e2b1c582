"""Queueing disciplines: in which order traces leave, and which may be evicted for another.

A lane is first in, first out. `PriorityLanes` has four; `FifoLane` is the plain queue behind the
feature flag. Both are deques: pushing and popping cost the same at any length. Parcels are items
like any other, until one of their traces has to be told from the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from ..parcel import Item, Parcel, weight
from ..priority import HIGHEST_FIRST, TracePriority
from ..trace import QueuedTrace

AGED_SHARE = 4
"""One part in so many of every batch is for what has waited too long."""


class Lane:
    """Traces and parcels in the order of their numbers, with how many traces and bytes they are."""

    __slots__ = ("bytes", "count", "items")

    def __init__(self) -> None:
        self.items: deque[Item] = deque()
        self.count = 0
        self.bytes = 0

    def __iter__(self) -> Iterator[QueuedTrace]:
        return chain.from_iterable(item.traces() for item in self.items)

    def push(self, item: Item) -> None:
        self.items.append(item)
        self.count += item.count
        self.bytes += item.size

    def insert(self, trace: QueuedTrace) -> None:
        """At the place that its number gives it: older ones before it, newer ones behind."""
        self.unpack()
        at = sum(1 for other in self.items if other.number < trace.number)
        self.items.insert(at, trace)
        self.count += 1
        self.bytes += trace.size

    def pop(self) -> QueuedTrace:
        """The oldest trace."""
        self.unpack_first()
        trace = self.items.popleft()
        assert isinstance(trace, QueuedTrace)
        self._left([trace])
        return trace

    def remove(self, trace: QueuedTrace) -> None:
        try:
            self.items.remove(trace)
        except ValueError:  # it is in a parcel
            self.unpack()
            self.items.remove(trace)
        self._left([trace])

    def take_expired(self, now: float) -> list[QueuedTrace]:
        # Parcels never expire.
        expired = [item for item in self.items if item.expiry <= now]
        if expired:
            self.items = deque(item for item in self.items if item.expiry > now)
            self._left(expired)
        return list(chain.from_iterable(item.traces() for item in expired))

    def take(self, count: int, size: int) -> list[Item]:
        """The oldest: at most `count` traces, and `size` bytes as a JSON array."""
        size -= 1  # one bracket; the other, or a comma, stands behind each
        fitting = traces = weight = 0
        for item in self.items:
            more = traces + item.count
            heavier = weight + item.size + item.count
            if more > count or heavier > size:
                break
            fitting, traces, weight = fitting + 1, more, heavier
        self.count -= traces
        self.bytes -= weight - traces
        popleft = self.items.popleft
        return [popleft() for _ in range(fitting)]

    def unpack_first(self) -> None:
        """Take the parcel in front apart."""
        if isinstance(self.items[0], Parcel):
            self.items.extendleft(reversed(self.items.popleft().traces()))

    def unpack(self) -> None:
        """Take all parcels apart."""
        if any(isinstance(item, Parcel) for item in self.items):
            self.items = deque(self)

    def _left(self, items: Iterable[Item]) -> None:
        for item in items:
            self.count -= item.count
            self.bytes -= item.size


class Discipline(Protocol):
    """What the queue asks of its lanes."""

    in_order: bool
    """Whether traces leave in the order of their arrival, whatever their priority."""

    def push(self, item: Item) -> None: ...
    def insert(self, trace: QueuedTrace) -> None: ...
    def remove(self, trace: QueuedTrace) -> None: ...
    def unpack(self) -> None:
        """Take all parcels apart."""

    def evictable(self, priority: int) -> tuple[int, int]:
        """How many traces and bytes could be evicted for one of this priority."""

    def evict(self) -> QueuedTrace:
        """Take out what matters least, the oldest of it."""

    def take_expired(self, now: float) -> list[QueuedTrace]:
        """Take out what is no longer worth writing."""

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[Item]]:
        """Take out the next batch, lane by lane, `size` bytes of JSON; one trace at least. What was
        enqueued before `overdue_before` must not starve."""

    def collect_urgent(self, count: int, size: int) -> list[list[Item]]:
        """The same, but only of what is urgent."""

    def items(self) -> Iterator[Item]:
        """All traces and parcels, in the order in which they would leave."""

    def oldest(self) -> Iterator[Item]:
        """The oldest of each lane that is not empty."""

    def is_urgent(self, priority: int) -> bool:
        """Whether a trace of this priority is written at once."""

    @property
    def urgent(self) -> bool:
        """Something waits that must be written at once."""

    def __iter__(self) -> Iterator[QueuedTrace]:
        """All traces, in the order in which they would leave."""

    def __len__(self) -> int:
        """Traces, also those in parcels."""

    @property
    def bytes(self) -> int: ...


class PriorityLanes:
    """Four lanes, the highest first; CRITICAL is urgent and is never evicted.

    No lane starves: a quarter of every batch is for what has waited longer than `max_wait`, in
    whatever lane, the oldest first. So a trace that is overdue with n others before it leaves at
    the latest with the (n / a quarter of `max_batch_size`)-th batch from then.
    """

    in_order = False

    def __init__(self) -> None:
        self._lanes = tuple(Lane() for _ in TracePriority)
        self._highest_first = tuple(self._lanes[p] for p in HIGHEST_FIRST)

    def __len__(self) -> int:
        low, normal, high, critical = self._lanes  # asked for each trace
        return low.count + normal.count + high.count + critical.count

    def __iter__(self) -> Iterator[QueuedTrace]:
        return chain.from_iterable(self._highest_first)

    def items(self) -> Iterator[Item]:
        return chain.from_iterable(lane.items for lane in self._highest_first)

    @property
    def bytes(self) -> int:
        low, normal, high, critical = self._lanes
        return low.bytes + normal.bytes + high.bytes + critical.bytes

    @property
    def urgent(self) -> bool:
        return bool(self._highest_first[0].items)

    def is_urgent(self, priority: int) -> bool:
        return priority == TracePriority.CRITICAL

    def push(self, item: Item) -> None:
        self._lanes[item.priority].push(item)

    def insert(self, trace: QueuedTrace) -> None:
        self._lanes[trace.priority].insert(trace)

    def remove(self, trace: QueuedTrace) -> None:
        self._lanes[trace.priority].remove(trace)

    def unpack(self) -> None:
        for lane in self._lanes:
            lane.unpack()

    def evictable(self, priority: int) -> tuple[int, int]:
        lower = self._lanes[:priority]
        return sum([lane.count for lane in lower]), sum([lane.bytes for lane in lower])

    def take_expired(self, now: float) -> list[QueuedTrace]:
        return [item for lane in self._lanes for item in lane.take_expired(now)]

    def evict(self) -> QueuedTrace:
        return next(lane for lane in self._lanes if lane.items).pop()

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[Item]]:
        rows: list[list[Item]] = [[] for _ in self._highest_first]
        if any(item.enqueued_at < overdue_before for item in self.oldest()):
            share = max(1, count // AGED_SHARE)
            self._take_overdue(share, size // AGED_SHARE, overdue_before, rows)
            count -= sum(map(len, rows))
            size -= sum(1 + weight(row) for row in rows if row)
        for lane, row in zip(self._highest_first, rows, strict=True):
            if lane.items:
                more = lane.take(count, size)
                count -= sum([item.count for item in more])
                size -= 1 + weight(more)
                row += more
                if lane.items:
                    break  # a lower lane must not go before what is left here
        rows = [row for row in rows if row]
        if rows or not len(self):
            return rows
        return [[next(lane for lane in self._highest_first if lane.items).pop()]]

    def collect_urgent(self, count: int, size: int) -> list[list[Item]]:
        lane = self._highest_first[0]
        return [lane.take(count, size) or [lane.pop()]]

    def _take_overdue(self, count: int, size: int, before: float, taken: list[list[Item]]) -> None:
        """The oldest of what has waited too long, by lane, the highest lane first. The very oldest
        goes however large it is: it would wait for ever for a batch in which it fits. One by one,
        lest a parcel take more than its share."""
        while count > 0:
            heads = [
                (lane.items[0].enqueued_at, place)
                for place, lane in enumerate(self._highest_first)
                if lane.items and lane.items[0].enqueued_at < before
            ]
            if not heads:
                break
            place = min(heads)[1]
            self._highest_first[place].unpack_first()
            if any(taken) and self._highest_first[place].items[0].size >= size:
                break
            item = self._highest_first[place].pop()
            taken[place].append(item)
            count -= 1
            size -= item.size + 1

    def oldest(self) -> Iterator[Item]:
        return (lane.items[0] for lane in self._lanes if lane.items)


class BatchLanes(PriorityLanes):
    """Four lanes of which none is urgent: whatever comes waits for its batch."""

    urgent = False

    def is_urgent(self, priority: int) -> bool:
        return False


class FifoLane:
    """One lane for all: nothing is urgent, nothing is evicted."""

    in_order = True
    urgent = False

    def __init__(self) -> None:
        self._lane = Lane()

    def __len__(self) -> int:
        return self._lane.count

    def __iter__(self) -> Iterator[QueuedTrace]:
        return iter(self._lane)

    def items(self) -> Iterator[Item]:
        return iter(self._lane.items)

    @property
    def bytes(self) -> int:
        return self._lane.bytes

    def push(self, item: Item) -> None:
        self._lane.push(item)

    def insert(self, trace: QueuedTrace) -> None:
        self._lane.insert(trace)

    def remove(self, trace: QueuedTrace) -> None:
        self._lane.remove(trace)

    def is_urgent(self, priority: int) -> bool:
        return False

    def unpack(self) -> None:
        self._lane.unpack()

    def evictable(self, priority: int) -> tuple[int, int]:
        return 0, 0

    def take_expired(self, now: float) -> list[QueuedTrace]:
        return self._lane.take_expired(now)

    def evict(self) -> QueuedTrace:
        raise LookupError("the FIFO queue evicts nothing")

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[Item]]:
        taken = self._lane.take(count, size)
        if not taken and self._lane.items:
            taken = [self._lane.pop()]
        return [taken] if taken else []

    def collect_urgent(self, count: int, size: int) -> list[list[Item]]:
        raise LookupError("nothing is urgent in the FIFO queue")

    def oldest(self) -> Iterator[Item]:
        return iter([self._lane.items[0]] if self._lane.items else [])
