"""The unit of durability: a few rows, written in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from .encoding import byte_size
from .trace import QueuedTrace


@dataclass(frozen=True, slots=True)
class Row:
    """One lane's part of a batch, in the format of the `segments` store (web/README.md)."""

    session: str
    seq_first: int
    seq_last: int
    priority: int
    mixed: bool
    """It holds lower priorities too: a row of the FIFO queue."""
    count: int
    bytes: int
    """UTF-8 bytes of `data`."""
    t_min: float
    t_max: float
    trace_ids: tuple[str, ...]
    codec: str
    data: str
    """A JSON array of traces."""


@dataclass(slots=True, eq=False)
class Batch:
    """What is sealed together, and how far it has come."""

    number: int
    lanes: tuple[tuple[QueuedTrace, ...], ...]
    """The traces row by row, highest priority first."""
    rows: tuple[Row, ...]
    tally: Mapping[int, tuple[int, int]]
    """Count and encoded bytes by priority."""
    full: bool
    """Sealed because a limit was reached, not because time was up."""
    strict: bool
    """It holds a CRITICAL trace: the platform is to force it to disk."""
    attempts: int = 0
    """Failed attempts that speak against the batch."""
    failures: int = 0
    """Failed attempts for whatever reason."""
    account: dict[str, Any] = field(default_factory=dict)
    """The session's counters as they are once this batch is written."""

    @property
    def count(self) -> int:
        return sum(map(len, self.lanes))

    def traces(self) -> Iterator[QueuedTrace]:
        """In the order of writing."""
        return chain.from_iterable(self.lanes)

    @property
    def oldest_number(self) -> int:
        return min(lane[0].number for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A trace that the store would not take, with the reason."""

    id: str
    trace: str
    """Its JSON text."""
    priority: int
    reason: str
    error: str
    attempts: int
    time: float
    """When it was given up, ms since the epoch."""


def tally(traces: Sequence[QueuedTrace]) -> dict[int, tuple[int, int]]:
    """Count and encoded bytes by priority."""
    sizes: dict[int, list[int]] = {}
    for trace in traces:
        sizes.setdefault(trace.priority, []).append(trace.size)
    return {priority: (len(found), sum(found)) for priority, found in sizes.items()}


def seal_row(session: str, seq: int, traces: Sequence[QueuedTrace]) -> Row:
    """A row of these traces, numbered from `seq`."""
    data = "[" + ",".join([trace.text for trace in traces]) + "]"
    times = [trace.timestamp for trace in traces]
    priorities = {trace.priority for trace in traces}
    return Row(
        session=session,
        seq_first=seq,
        seq_last=seq + len(traces) - 1,
        priority=max(priorities),
        mixed=len(priorities) > 1,
        count=len(traces),
        bytes=byte_size(data),
        t_min=min(times),
        t_max=max(times),
        trace_ids=tuple({trace.trace_id: None for trace in traces if trace.trace_id}),
        codec="json",
        data=data,
    )
