"""A trace at the door: checked, named, encoded once. Behind the door only its text travels."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .encoding import byte_size, encode, encode_trace
from .priority import LABELS, TracePriority, infer
from .redaction import Redaction

FIELDS = (
    "id",
    "name",
    "priority",
    "timestamp",
    "duration",
    "attributes",
    "traceId",
    "spanId",
    "parentId",
    "status",
    "error",
)
"""The fields of a trace, in the order in which they are stored."""

LARGEST = sys.float_info.max

_ALIASES = {"trace_id": "traceId", "span_id": "spanId", "parent_id": "parentId"}


@dataclass(slots=True, eq=False)
class QueuedTrace:
    """One accepted trace on its way: its JSON text, and what the queue needs to know of it."""

    id: str
    priority: int
    timestamp: float
    """When it happened, ms since the epoch."""
    trace_id: str
    """Its traceId, or "" where it has none."""
    text: str
    size: int
    """Bytes of `text` in UTF-8."""
    enqueued_at: float
    """When the queue was handed it, ms on the queue's clock."""
    number: int = field(default=0)
    """Position in the order of acceptance; given by the queue."""
    expires_at: float = field(default=float("inf"))
    """When it is no longer worth writing, ms on the queue's clock; CRITICAL always is."""
    ref: int = field(default=0)
    """The producer's own number for it, by which it is told how the trace ended; 0 where it does
    not ask."""

    count: ClassVar[int] = 1

    @property
    def expiry(self) -> float:
        return self.expires_at if self.priority != TracePriority.CRITICAL else float("inf")

    # What a parcel tells, too

    @property
    def last_at(self) -> float:
        return self.enqueued_at

    @property
    def t_min(self) -> float:
        return self.timestamp

    @property
    def t_max(self) -> float:
        return self.timestamp

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)

    @property
    def trace_ids(self) -> tuple[str, ...]:
        return (self.trace_id,) if self.trace_id else ()

    def traces(self) -> tuple[QueuedTrace, ...]:
        return (self,)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(self.text)]


def read_trace(
    trace: object,
    priority: object,
    now: float,
    wall: float,
    new_id: Callable[[], str],
    redaction: Redaction | None = None,
) -> QueuedTrace:
    """The caller's trace, encoded, without what `redaction` hides.

    `now` is the queue's clock, `wall` ms since the epoch. Raises TypeError or ValueError, naming
    the field but no value, where the caller made a mistake; content that JSON can't carry is
    marked, not refused.
    """
    fields = _fields_of(trace)
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError("trace field 'name' must be a non-empty string")
    asked = fields.get("priority") if priority is None else priority
    level = infer(fields) if asked is None else TracePriority.of(asked)
    timestamp = _number(fields, "timestamp", wall)
    record: dict[str, Any] = {
        "id": _text(fields, "id") or new_id(),
        "name": name,
        "priority": LABELS[level],
        "timestamp": timestamp,
        "duration": _number(fields, "duration", 0),
        "attributes": _attributes(fields),
    }
    for key in ("traceId", "spanId", "parentId", "status"):
        if value := _text(fields, key):
            record[key] = value
    if fields.get("error"):
        record["error"] = fields["error"]
    text = encode(record) if redaction is None else encode_trace(record, redaction)
    trace_id = record.get("traceId", "")
    return QueuedTrace(record["id"], int(level), timestamp, trace_id, text, byte_size(text), now)


def with_priority(item: QueuedTrace, priority: int) -> QueuedTrace:
    """The same trace at another priority, its text included."""
    record = json.loads(item.text)
    record["priority"] = LABELS[priority]
    text = encode(record)
    return replace(item, priority=priority, text=text, size=byte_size(text))


def _fields_of(trace: object) -> dict[str, Any]:
    """The trace as a dict with the stored names; a pydantic model is dumped by itself."""
    if not isinstance(trace, Mapping):
        dump = getattr(trace, "model_dump", None)
        if dump is None:
            raise TypeError(f"a trace is a mapping or a pydantic model, not {type(trace).__name__}")
        trace = dump(exclude_none=True, by_alias=True)
        assert isinstance(trace, Mapping)
    fields = {_ALIASES.get(str(key), str(key)): value for key, value in trace.items()}
    unknown = [key for key in fields if key not in FIELDS]
    if unknown:
        raise ValueError(
            f"trace has an unknown field {unknown[0]!r}; put it into 'attributes' "
            f"(fields: {', '.join(FIELDS)})"
        )
    return fields


def _attributes(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    value = fields.get("attributes")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"trace field 'attributes' must be a mapping, not {type(value).__name__}")
    return value


def _text(fields: Mapping[str, Any], key: str) -> str | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"trace field {key!r} must be a string, not {type(value).__name__}")
    return value


def _number(fields: Mapping[str, Any], key: str, default: float) -> float:
    value = fields.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"trace field {key!r} must be a number (ms), not {type(value).__name__}")
    if not -LARGEST <= value <= LARGEST:  # NaN fails too
        raise ValueError(f"trace field {key!r} must be finite")
    return value
