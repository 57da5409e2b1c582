"""The write queue's discipline: by priority, and never out of order for one entry.

The rule: an operation passes operations of lower priority, but none of its own entry. Where such a
one waits in a lower lane, it is moved up into the newcomer's, to the place of its age, and goes
before it. So along the operations of one entry, from old to new, the lanes never rise. Lanes are in
order of age and are emptied from the highest; what has waited too long is taken before its turn,
but then the oldest of all lanes first: either way the older of two operations of an entry leaves
first.
"""

from __future__ import annotations

from ..core.lanes import PriorityLanes
from ..parcel import Item
from ..trace import QueuedTrace


class OperationLanes(PriorityLanes):
    """Four lanes, the highest first. CRITICAL is urgent; nothing that was accepted is given up."""

    def __init__(self) -> None:
        super().__init__()
        self._level: dict[str, int] = {}
        """The lane that an operation waits in: its own priority's, or a higher one."""
        self._of_entry: dict[str, list[QueuedTrace]] = {}
        """The queued operations of an entry, oldest first."""

    def push(self, item: Item) -> None:
        for operation in item.traces():
            self._push(operation)

    def _push(self, item: QueuedTrace) -> None:
        queued = self._of_entry.setdefault(item.trace_id, [])
        for older in reversed(queued):
            if self._level[older.id] >= item.priority:
                break
            self._lanes[self._level[older.id]].remove(older)
            self._lanes[item.priority].insert(older)
            self._level[older.id] = item.priority
        queued.append(item)
        self._level[item.id] = item.priority
        super().push(item)

    def insert(self, trace: QueuedTrace) -> None:
        raise NotImplementedError("an operation's priority can't be changed")

    def remove(self, trace: QueuedTrace) -> None:
        self._lanes[self._level[trace.id]].remove(trace)
        self._forget(trace)

    def evictable(self, priority: int) -> tuple[int, int]:
        return 0, 0

    def take_expired(self, now: float) -> list[QueuedTrace]:
        return []

    def collect(
        self, count: int, size: int, overdue_before: float = float("-inf")
    ) -> list[list[Item]]:
        return self._forget_all(super().collect(count, size, overdue_before))

    def collect_urgent(self, count: int, size: int) -> list[list[Item]]:
        return self._forget_all(super().collect_urgent(count, size))

    def _forget_all(self, rows: list[list[Item]]) -> list[list[Item]]:
        for taken in rows:
            for item in taken:
                for operation in item.traces():
                    self._forget(operation)
        return rows

    def _forget(self, item: QueuedTrace) -> None:
        del self._level[item.id]
        queued = self._of_entry[item.trace_id]
        queued.remove(item)
        if not queued:
            del self._of_entry[item.trace_id]
