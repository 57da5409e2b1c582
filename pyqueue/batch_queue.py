"""The queue that always waits for company."""

from __future__ import annotations

from .core.lanes import BatchLanes
from .trace_queue import TraceQueue


class TraceBatchQueue(TraceQueue):
    """Priorities as in `TraceQueueProcessor`, but CRITICAL too waits until a batch is due: fewest
    transactions, at the price of up to `batch_timeout`."""

    kind = "batch"
    lanes = BatchLanes
