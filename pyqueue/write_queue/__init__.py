"""`AsyncWriteQueue`: entries and their vectors, written behind the caller's back, in order.

    operations (checked, then text) ─▶ door ─▶ the engine: admission, lanes (ours), core (ours: one
    batch after another) ─▶ writer ─▶ bulk_store ─▶ plan (bulk calls) ─▶ an OperationStore

Stores: `pyqueue.storage.memory_operations`, `pyqueue.storage.sqlite_operations`, and
`pyqueue.browser.operations`. `entry` says what operations do, `vectors` how the search compares.
"""

from .entry import Entry
from .errors import DrainTimeout
from .events import DeadOperation
from .operations import (
    DeleteOperation,
    Operation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
)
from .plan import Bulk, BulkWrite, plan
from .ports import OperationStore
from .queue import AsyncWriteQueue
from .stats import WriteQueueStats
from .vectors import Match

__all__ = [
    "AsyncWriteQueue",
    "Bulk",
    "BulkWrite",
    "DeadOperation",
    "DeleteOperation",
    "DrainTimeout",
    "Entry",
    "Match",
    "Operation",
    "OperationStore",
    "StoreOperation",
    "UpdateOperation",
    "VectorOperation",
    "WriteQueueStats",
    "plan",
]
