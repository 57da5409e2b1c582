"""What a queue tells of itself. Events watch; they never steer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

EventKind = Literal[
    "backpressure", "batch", "drop", "deadletter", "breaker", "memory", "mode", "error", "drained"
]

WIRE_NAMES: Mapping[EventKind, str] = {
    "backpressure": "TRACE_QUEUE_BACKPRESSURE",
    "batch": "TRACE_QUEUE_BATCH_PROCESSED",
    "drop": "TRACE_QUEUE_ITEM_DROPPED",
    "deadletter": "TRACE_QUEUE_DEAD_LETTER",
    "breaker": "TRACE_QUEUE_CIRCUIT_BREAKER",
    "memory": "TRACE_QUEUE_MEMORY_LIMIT",
    "mode": "TRACE_QUEUE_MODE",
    "error": "TRACE_QUEUE_ERROR",
    "drained": "TRACE_QUEUE_DRAINED",
}
"""Names on an event bus; those of seed 000 where it had one."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, at `at` (ms on the queue's clock), with its figures."""

    kind: EventKind
    at: float
    payload: Mapping[str, Any]

    @property
    def wire_name(self) -> str:
        return WIRE_NAMES[self.kind]
