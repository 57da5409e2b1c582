"""The queue with four priorities."""

from __future__ import annotations

from .core.lanes import PriorityLanes
from .trace_queue import TraceQueue


class TraceQueueProcessor(TraceQueue):
    """Writes the highest priority first, and under pressure gives up the lowest first.

    CRITICAL is written at once and never evicted; within a priority, first in is first out.
    """

    kind = "priority"
    lanes = PriorityLanes
