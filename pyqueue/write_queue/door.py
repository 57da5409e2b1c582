"""An operation at the queue's door: it becomes an item of the engine, encoded once."""

from __future__ import annotations

from collections.abc import Callable

from ..encoding import byte_size
from ..priority import TracePriority
from ..trace import QueuedTrace
from .operations import OPERATIONS, Operation, to_text


def read_operation(
    operation: object, priority: object, now: float, wall: float, new_id: Callable[[], str]
) -> QueuedTrace:
    """The operation as an item, whose `trace_id` is the entry's id. NORMAL where `priority` is
    None. Raises TypeError or ValueError for a caller's mistake."""
    if not isinstance(operation, OPERATIONS):
        known = ", ".join(kind.__name__ for kind in OPERATIONS)
        raise TypeError(f"an operation is one of {known}, not {operation!r:.60}")
    level = TracePriority.NORMAL if priority is None else TracePriority.of(priority)
    return to_item(operation, int(level), now, wall, new_id())


def to_item(operation: Operation, priority: int, now: float, wall: float, id: str) -> QueuedTrace:
    text = to_text(operation)
    return QueuedTrace(
        id=id, priority=priority, timestamp=wall, trace_id=operation.id, text=text,
        size=byte_size(text), enqueued_at=now,
    )  # fmt: skip
