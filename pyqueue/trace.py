"""A trace at the door: checked, named, encoded once. Behind the door only its text travels."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .encoding import byte_size, encode, encode_part, in_utf8, quote
from .priority import LABELS, TracePriority, infer, is_error
from .redaction import NOTHING, Rules

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

_KNOWN = frozenset(FIELDS)
_TEXTS = ("id", "traceId", "spanId", "parentId", "status")
_TEXT_KINDS = frozenset((str, type(None)))
_NUMBERS = frozenset((float, int))

_priority_of = TracePriority.of

LARGEST = sys.float_info.max

_ALIASES = {"trace_id": "traceId", "span_id": "spanId", "parent_id": "parentId"}


@dataclass(slots=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        name = json.loads(self.text)["name"]
        return f"<QueuedTrace {self.id!r} {name!r}, {LABELS[self.priority]}, {self.size} bytes>"

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

    def holds(self, id: str) -> bool:
        return id == self.id

    def traces(self) -> tuple[QueuedTrace, ...]:
        return (self,)

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(self.text)]


def read_trace(
    trace: object,
    priority: object,
    now: float,
    wall: Callable[[], float],
    new_id: Callable[[], str],
    redaction: Rules | None = None,
) -> QueuedTrace:
    """The caller's trace, encoded, without what `redaction` hides.

    `now` is the queue's clock; `wall` tells ms since the epoch and is asked where the trace has no
    time. Raises TypeError or ValueError, naming the field but no value, where the caller made a
    mistake; content that JSON can't carry is marked, not refused. This is the hot path.
    """
    fields = _fields_of(trace)
    get = fields.get
    name = get("name")
    if not isinstance(name, str) or not name:
        raise ValueError("trace field 'name' must be a non-empty string")
    asked = get("priority") if priority is None else priority
    level = infer(fields) if asked is None else _priority_of(asked)
    timestamp: Any = get("timestamp")
    duration: Any = get("duration")
    if type(timestamp) not in _NUMBERS or not -LARGEST <= timestamp <= LARGEST:
        timestamp = wall() if timestamp is None else _number("timestamp", timestamp)
    if type(duration) not in _NUMBERS or not -LARGEST <= duration <= LARGEST:
        duration = 0 if duration is None else _number("duration", duration)
    texts = (get("id"), get("traceId"), get("spanId"), get("parentId"), get("status"))
    if not _TEXT_KINDS.issuperset(map(type, texts)):
        _check_texts(texts)
    id, trace_id, span_id, parent_id, status = texts
    id = id or new_id()
    rules = redaction or NOTHING
    rest = ""
    if trace_id:
        rest += f',"traceId":{quote(trace_id)}'
    if span_id:
        rest += f',"spanId":{quote(span_id)}'
    if parent_id:
        rest += f',"parentId":{quote(parent_id)}'
    if status:
        rest += f',"status":{encode_part(status, rules)}'
    error = get("error")
    if error is not None and is_error(error):
        rest += f',"error":{encode_part(error, rules)}'
    text = (
        f'{{"id":{quote(id)},"name":{quote(rules.name(name))},"priority":"{LABELS[level]}",'
        f'"timestamp":{timestamp!r},"duration":{duration!r},'
        f'"attributes":{encode_part(_attributes(get("attributes")), rules)}{rest}}}'
    )
    size = len(text) if text.isascii() else byte_size(text := in_utf8(text))
    return QueuedTrace(id, int(level), timestamp, trace_id or "", text, size, now)


def with_priority(item: QueuedTrace, priority: int) -> QueuedTrace:
    """The same trace at another priority, its text included."""
    record = json.loads(item.text)
    record["priority"] = LABELS[priority]
    text = encode(record)
    return replace(item, priority=priority, text=text, size=byte_size(text))


def _fields_of(trace: object) -> Mapping[str, Any]:
    """The trace's fields by their stored names; a pydantic model is dumped by itself."""
    if type(trace) is dict and _KNOWN.issuperset(trace):
        return trace
    if not isinstance(trace, Mapping):
        given, dump = type(trace).__name__, getattr(trace, "model_dump", None)
        trace = dump and dump(exclude_none=True, by_alias=True)
        if not isinstance(trace, Mapping):
            raise TypeError(f"a trace is a mapping or a pydantic model of one, not {given}")
    fields = {_ALIASES.get(str(key), str(key)): value for key, value in trace.items()}
    unknown = [key for key in fields if key not in FIELDS]
    if unknown:
        raise ValueError(
            f"trace has an unknown field {unknown[0]!r}; put it into 'attributes' "
            f"(fields: {', '.join(FIELDS)})"
        )
    return fields


def _attributes(value: object) -> object:
    if value is None:
        return {}
    if type(value) is not dict and not isinstance(value, Mapping):
        raise TypeError(f"trace field 'attributes' must be a mapping, not {type(value).__name__}")
    return value


def _check_texts(texts: tuple[Any, ...]) -> None:
    for key, value in zip(_TEXTS, texts, strict=True):
        if value is not None and not isinstance(value, str):
            raise TypeError(f"trace field {key!r} must be a string, not {type(value).__name__}")


def _number(key: str, value: Any) -> Any:
    """One that is no plain and finite number, as one, or the mistake that it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"trace field {key!r} must be a number (ms), not {type(value).__name__}")
    if not -LARGEST <= value <= LARGEST:  # NaN fails too
        raise ValueError(f"trace field {key!r} must be finite")
    # Not what a subclass of them may show itself as.
    return float(value) if isinstance(value, float) else int(value)
