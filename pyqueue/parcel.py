"""Traces of one priority that travel together.

A page hands them over by the hundred, joined in one text. The queue takes such a parcel, orders it,
counts it and writes it as one item, at the price of one. It is opened only where one of its traces
goes a way of its own: evicted for another, cancelled, moved, given up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from .encoding import byte_size, in_utf8, quote
from .priority import LABELS
from .trace import QueuedTrace

_decode = json.JSONDecoder().raw_decode

# For all traces of a parcel: what runs in C takes a third of the time.
_id, _timestamp, _trace_id, _text, _size = map(
    attrgetter, ("id", "timestamp", "trace_id", "text", "size")
)


@runtime_checkable
class Elsewhere(Protocol):
    """A text that Python does not hold: it stays a string of the browser's, and is not copied."""

    def __str__(self) -> str: ...

    def includes(self, part: str) -> bool:
        """Whether this stands in it."""

    def array(self, *others: Elsewhere) -> Elsewhere:
        """This text and the others, as one JSON array."""

    def release(self) -> None:
        """Nobody asks for it any more: its memory need not wait for whoever still knows of it."""


Text: TypeAlias = str | Elsewhere


@dataclass(slots=True, eq=False, repr=False)
class Parcel:
    """At least one trace. To the queue it is what a `QueuedTrace` is, `count` times."""

    priority: int
    count: int
    size: int
    """Bytes of the traces in UTF-8, without what separates them."""
    enqueued_at: float
    """When the queue was handed the first, ms on the queue's clock."""
    last_at: float
    """When it was handed the last."""
    t_min: float
    """When the earliest happened, ms since the epoch."""
    t_max: float
    ids: Sequence[str]
    """Of those traces whose ids may come twice; what the producer numbered itself can't."""
    trace_ids: Sequence[str]
    """Distinct traceIds."""
    text: Text
    """Their JSON texts, a comma between."""
    number: int = field(default=0)
    """The first one's position in the order of acceptance; given by the queue."""
    ref: int = field(default=0)
    """The producer's own number for the first; 0 where it does not ask."""
    _traces: tuple[QueuedTrace, ...] = field(default=())

    expiry: ClassVar[float] = float("inf")
    """Where traces expire, they do so one by one."""

    def __repr__(self) -> str:
        return f"<Parcel {self.count} traces, {LABELS[self.priority]}, {self.size} bytes>"

    def traces(self) -> tuple[QueuedTrace, ...]:
        """Its traces, in their order; the same objects each time."""
        if not self._traces:
            self._traces = tuple(self._open())
        return self._traces

    def holds(self, id: str) -> bool:
        """Whether the trace with this id is one of them; without opening it where none can be."""
        text, mark = self.text, in_utf8(quote(id))
        can_be = mark in text if isinstance(text, str) else text.includes(mark)
        return can_be and any(trace.id == id for trace in self.traces())

    def records(self) -> list[dict[str, Any]]:
        """Its traces, decoded."""
        records: list[dict[str, Any]] = json.loads(f"[{self.text}]")
        return records

    def _open(self) -> Iterator[QueuedTrace]:
        """When each was handed over is not known: as if at equal intervals."""
        text, at = str(self.text), 0
        interval = (self.last_at - self.enqueued_at) / max(1, self.count - 1)
        for place in range(self.count):
            record, end = _decode(text, at)
            own, at = text[at:end], end + 1
            yield QueuedTrace(
                record["id"],
                self.priority,
                record["timestamp"],
                record.get("traceId", ""),
                own,
                byte_size(own),
                self.enqueued_at + place * interval,
                number=self.number and self.number + place,
                ref=self.ref and self.ref + place,
            )


Item: TypeAlias = QueuedTrace | Parcel


def pack(traces: Iterable[QueuedTrace]) -> Parcel:
    """Traces of one priority as a parcel, in their order."""
    traces = list(traces)
    times = list(map(_timestamp, traces))
    return Parcel(
        priority=traces[0].priority,
        count=len(traces),
        size=sum(map(_size, traces)),
        enqueued_at=traces[0].enqueued_at,
        last_at=traces[-1].enqueued_at,
        t_min=min(times),
        t_max=max(times),
        ids=tuple(map(_id, traces)),
        trace_ids=tuple(dict.fromkeys(filter(None, map(_trace_id, traces)))),
        text=",".join(map(_text, traces)),
    )


def weight(items: Iterable[Item]) -> int:
    """Bytes of these in a JSON array, a separator behind each."""
    return sum([item.size + item.count for item in items])
