"""What upkeep did, counted: for a report, and for good in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..batch import Row
from ..priority import LABELS
from .rows import decoded, priority_of

KINDS = ("deleted", "purged", "compacted")


@dataclass(slots=True)
class Tally:
    """Traces, rows and bytes that are no longer there; of compaction, the traces that were
    repacked and the rows and bytes that this saved."""

    count: int = 0
    rows: int = 0
    bytes: int = 0
    by_priority: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LABELS, 0))

    def __bool__(self) -> bool:
        return bool(self.count or self.rows or self.bytes)

    def add(self, other: Tally) -> None:
        self.count += other.count
        self.rows += other.rows
        self.bytes += other.bytes
        for label, count in other.by_priority.items():
            self.by_priority[label] += count

    def went(self, before: Row, after: Row | None) -> None:
        """A row went, or what is left of it stands in its place."""
        self.rows += after is None
        self.bytes += before.bytes - (after.bytes if after else 0)
        left = _by_priority(after) if after else {}
        for priority, count in _by_priority(before).items():
            self._count(priority, count - left.get(priority, 0))

    def repacked(self, before: Iterable[Row], after: Row) -> None:
        """Rows became one."""
        self.rows -= 1
        self.bytes -= after.bytes
        for row in before:
            self.rows += 1
            self.bytes += row.bytes
            for priority, count in _by_priority(row).items():
                self._count(priority, count)

    def _count(self, priority: int, count: int) -> None:
        self.count += count
        self.by_priority[LABELS[min(max(priority, 0), 3)]] += count


def noted(previous: Mapping[str, Any] | None, kind: str, tally: Tally) -> dict[str, Any]:
    """The value of meta's `upkeep` with this added under `kind`."""
    value: dict[str, Any] = {one: told(previous, one) for one in KINDS}
    total = read(value, kind)
    total.add(tally)
    return value | {kind: _written(total)}


def read(value: Mapping[str, Any] | None, kind: str) -> Tally:
    """What meta's `upkeep` says of `kind`; nothing where it says nothing that makes sense."""
    try:
        found = (value or {})[kind]
        by_priority = {label: int(found["byPriority"][label]) for label in LABELS}
        return Tally(int(found["count"]), int(found["rows"]), int(found["bytes"]), by_priority)
    except (KeyError, TypeError, ValueError):
        return Tally()


def told(value: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    return _written(read(value, kind))


def _written(tally: Tally) -> dict[str, Any]:
    return {
        "count": tally.count,
        "rows": tally.rows,
        "bytes": tally.bytes,
        "byPriority": dict(tally.by_priority),
    }


def _by_priority(row: Row) -> dict[int, int]:
    """Traces by their own priority; of a row that can't be read, by the row's."""
    traces = decoded(row) if row.mixed else None
    if traces is None:
        return {row.priority: row.count}
    counts: dict[int, int] = {}
    for trace in traces:
        priority = priority_of(trace, row.priority)
        counts[priority] = counts.get(priority, 0) + 1
    return counts
