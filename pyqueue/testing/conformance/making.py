"""What the suites are made of: traces, batches and queues."""

from __future__ import annotations

from typing import Any

from ...batch import Batch, seal_row, tally
from ...config import QueueConfig
from ...core.ledger import Ledger
from ...encoding import byte_size, encode
from ...ports import BatchStore
from ...priority import LABELS
from ...trace import QueuedTrace
from ...trace_queue import TraceQueue
from ..virtual_time import VirtualClock


def make_trace(id: str, priority: int = 1, timestamp: float = 0.0, **fields: Any) -> QueuedTrace:
    """An encoded trace."""
    record = {
        "id": id, "name": "test", "priority": LABELS[priority], "timestamp": timestamp,
        "duration": 0, "attributes": {}, **fields,
    }  # fmt: skip
    text = encode(record)
    trace_id = fields.get("traceId", "")
    return QueuedTrace(id, priority, timestamp, trace_id, text, byte_size(text), timestamp)


def make_batch(*lanes: list[QueuedTrace], session: str = "s", seq: int = 1) -> Batch:
    """A sealed batch, lane by lane, highest priority first."""
    rows = []
    for lane in lanes:
        rows.append(seal_row(session, seq, lane))
        seq += len(lane)
    traces = [trace for lane in lanes for trace in lane]
    account = {**Ledger().account(session, 0.0), "written": seq - 1}
    return Batch(
        number=1, lanes=tuple(map(tuple, lanes)), rows=tuple(rows), tally=tally(traces),
        full=False,
        urgent=False, strict=False, account=account,
    )  # fmt: skip


def ids(traces: list[dict[str, Any]]) -> list[str]:
    """Just the ids."""
    return [trace["id"] for trace in traces]


class WithQueues:
    """A suite about queues of this class, on virtual time."""

    queue_class: type[TraceQueue]

    def make_queue(self, store: BatchStore, **options: Any) -> TraceQueue:
        config = QueueConfig(**options)
        return self.queue_class(
            store=store, config=config, clock=VirtualClock(), chance=lambda: 1.0, session="s"
        )
