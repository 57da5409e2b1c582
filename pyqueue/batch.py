"""The unit of durability: a few rows, written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias, cast

from .parcel import Elsewhere, Item, Text, weight
from .priority import LABELS
from .trace import QueuedTrace

# For all traces of a batch: what runs in C takes a third of the time.
_count, _priority, _t_min, _t_max, _trace_ids, _text, _data = map(
    attrgetter, ("count", "priority", "t_min", "t_max", "trace_ids", "text", "data")
)

Data: TypeAlias = str | bytes | Elsewhere


@dataclass(frozen=True, slots=True, repr=False)
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
    """Bytes of `data`, text as UTF-8."""
    t_min: float
    t_max: float
    trace_ids: tuple[str, ...]
    codec: str
    data: Data
    """A JSON array of traces, as text or, for the codec "json+gzip", compressed."""

    def __repr__(self) -> str:
        lane = LABELS[self.priority] + (" and lower" if self.mixed else "")
        return (
            f"<Row {self.session} {self.seq_first} to {self.seq_last}, {lane}, "
            f"{self.bytes} bytes of {self.codec}>"
        )


@dataclass(slots=True, eq=False, repr=False)
class Batch:
    """What is sealed together, and how far it has come."""

    number: int
    lanes: tuple[tuple[Item, ...], ...]
    """The traces and parcels row by row, highest priority first."""
    rows: tuple[Row, ...]
    tally: Mapping[int, tuple[int, int]]
    """Count and encoded bytes by priority."""
    full: bool
    """Sealed because a limit was reached, not because time was up."""
    urgent: bool
    """Sealed at once for a CRITICAL trace: it could not wait to become full."""
    strict: bool
    """It holds a CRITICAL trace: the platform is to force it to disk."""
    attempts: int = 0
    """Failed attempts that speak against the batch."""
    failures: int = 0
    """Failed attempts for whatever reason."""
    outages: int = 0
    """Failed attempts that speak against the store."""
    transaction: int = 0
    """The one that it shares with those that have the same number, in the attempt under way."""
    started_at: float = 0.0
    """When the attempt under way began, ms on the queue's clock."""
    account: dict[str, Any] = field(default_factory=dict)
    """The session's counters as they are once this batch is written."""

    def __repr__(self) -> str:
        return f"<Batch {self.number}: {self.count} traces in {len(self.rows)} rows>"

    @property
    def count(self) -> int:
        return sum([row.count for row in self.rows])

    def items(self) -> Iterator[Item]:
        """In the order of writing."""
        return chain.from_iterable(self.lanes)

    def traces(self) -> Iterator[QueuedTrace]:
        """The same, with the parcels opened."""
        return chain.from_iterable(item.traces() for item in self.items())

    def placed(self) -> Iterator[tuple[Row, int, QueuedTrace]]:
        """Each trace with its row and its place in the session."""
        for row, lane in zip(self.rows, self.lanes, strict=True):
            traces = chain.from_iterable(item.traces() for item in lane)
            for seq, trace in enumerate(traces, row.seq_first):
                yield row, seq, trace

    def release(self) -> None:
        """It is durable, and texts that stay elsewhere need not."""
        for text in chain(map(_data, self.rows), map(_text, self.items())):
            if not isinstance(text, (str, bytes)):
                text.release()

    @property
    def oldest_number(self) -> int:
        return min(lane[0].number for lane in self.lanes)


@dataclass(frozen=True, slots=True, repr=False)
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
    resolution: str | None = None
    """What a reviewer found out; None until then."""

    def __repr__(self) -> str:
        what = f"{LABELS[self.priority]}, {self.reason} after {self.attempts} attempts"
        return f"<DeadLetter {self.id!r} {what}: {self.error}>"


def halves(batch: Batch, numbers: tuple[int, int]) -> tuple[Batch, Batch]:
    """The batch in two, with these numbers. Every trace keeps its place in the session."""
    middle = batch.count // 2
    placed = list(batch.placed())
    first, second = (
        _part(batch, number, part)
        for number, part in zip(numbers, (placed[:middle], placed[middle:]), strict=True)
    )
    return first, second


def _part(batch: Batch, number: int, placed: list[tuple[Row, int, QueuedTrace]]) -> Batch:
    by_row: dict[int, list[tuple[Row, int, QueuedTrace]]] = {}
    for entry in placed:
        by_row.setdefault(entry[0].seq_first, []).append(entry)
    lanes: list[list[Item]] = [[trace for _, _, trace in part] for part in by_row.values()]
    rows = [
        seal_row(part[0][0].session, part[0][1], lane)
        for part, lane in zip(by_row.values(), lanes, strict=True)
    ]
    return Batch(
        number=number,
        lanes=tuple(map(tuple, lanes)),
        rows=tuple(rows),
        tally=tally(chain.from_iterable(lanes)),
        full=False,
        urgent=batch.urgent,
        strict=batch.strict,
        attempts=batch.attempts,
        failures=batch.failures,
        outages=batch.outages,
    )


def tally(items: Iterable[Item]) -> dict[int, tuple[int, int]]:
    """Count and encoded bytes by priority."""
    found: dict[int, tuple[int, int]] = {}
    for item in items:
        count, size = found.get(item.priority, (0, 0))
        found[item.priority] = count + item.count, size + item.size
    return found


def seal_row(session: str, seq: int, items: Sequence[Item]) -> Row:
    """A row of these, numbered from `seq`."""
    count = sum(map(_count, items))
    priorities = set(map(_priority, items))
    return Row(
        session=session,
        seq_first=seq,
        seq_last=seq + count - 1,
        priority=max(priorities),
        mixed=len(priorities) > 1,
        count=count,
        bytes=weight(items) + 1,  # a bracket more than there are separators
        t_min=min(map(_t_min, items)),
        t_max=max(map(_t_max, items)),
        trace_ids=tuple(dict.fromkeys(chain.from_iterable(map(_trace_ids, items)))),
        codec="json",
        data=_array(list(map(_text, items))),
    )


def _array(texts: list[Text]) -> Data:
    """A JSON array of these, made where they are."""
    if str in set(map(type, texts)):
        return "[" + ",".join(map(str, texts)) + "]"
    first, *others = cast("list[Elsewhere]", texts)
    return first.array(*others)
