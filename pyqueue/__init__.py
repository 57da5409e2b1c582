"""pyqueue: traces of what users do, through a priority queue, into a durable store.

A trace goes one way:

    enqueue ─▶ trace.read_trace (checked, encoded once) ─▶ core.admission (who gets in)
            ─▶ core.lanes (four of them, or one) ─▶ core.batcher (when a batch is due)
            ─▶ writer (asyncio) ─▶ storage or browser.indexeddb (rows) ─▶ query

A page hands over hundreds at a time, as `put_all` does: a `parcel` goes the same way as one item.

Reading order: priority, trace, parcel, core/ (pure, handed the time), writer (the only place that
waits), trace_queue (what both queues offer), processor, fifo, service. Beside the way: `redaction`
at the door, `streaming` of queries, `upkeep` of what is stored, `formats` of files (and `cli` for
them), `observe`. `browser/` alone imports `js` and `pyodide`. `ports` lists what the queue needs
from outside, `testing` what users need for their tests.
"""

from .batch import Batch, DeadLetter, Row
from .batch_queue import TraceBatchQueue
from .config import QueueConfig
from .errors import (
    ConfigError,
    FlushError,
    FormatError,
    PyqueueError,
    StoreError,
    StoreFenced,
    StoreFull,
    StoreRejected,
    StoreUnavailable,
)
from .events import Event
from .fifo import SimpleFifoQueue
from .observe.health import Health
from .observe.metrics import QueueMetrics
from .observe.windows import WindowMetrics
from .ports import BatchStore, Clock, HeapReading, MemoryProbe, Observer
from .priority import TracePriority
from .processor import TraceQueueProcessor
from .query import TraceQuery
from .redaction import Redaction
from .service import ActionTraceOutputService
from .storage.memory import MemoryStore
from .streaming import TracePage, TraceStream
from .trace_queue import TraceQueue
from .upkeep import Keeper, RetentionPolicy
from .verdict import Reason, Verdict

__version__ = "0.1.0"

__all__ = [
    "ActionTraceOutputService",
    "Batch",
    "BatchStore",
    "Clock",
    "ConfigError",
    "DeadLetter",
    "Event",
    "FlushError",
    "FormatError",
    "Health",
    "HeapReading",
    "Keeper",
    "MemoryProbe",
    "MemoryStore",
    "Observer",
    "PyqueueError",
    "QueueConfig",
    "QueueMetrics",
    "Reason",
    "Redaction",
    "RetentionPolicy",
    "Row",
    "SimpleFifoQueue",
    "StoreError",
    "StoreFenced",
    "StoreFull",
    "StoreRejected",
    "StoreUnavailable",
    "TraceBatchQueue",
    "TracePage",
    "TracePriority",
    "TraceQuery",
    "TraceQueue",
    "TraceQueueProcessor",
    "TraceStream",
    "Verdict",
    "WindowMetrics",
]
