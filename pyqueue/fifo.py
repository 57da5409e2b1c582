"""The plain queue behind the feature flag."""

from __future__ import annotations

from .core.lanes import FifoLane
from .trace_queue import TraceQueue


class SimpleFifoQueue(TraceQueue):
    """Writes in the order of arrival, whatever the priority, and when it is full refuses."""

    kind = "fifo"
    lanes = FifoLane
