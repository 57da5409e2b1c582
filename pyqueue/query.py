"""Which traces are asked for, and which rows can hold them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from .batch import Row
from .priority import LABELS, TracePriority

Order = Literal["stored", "asc", "desc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuery:
    """Conditions that all must hold; None asks nothing. Times are ms since the epoch, inclusive.

    `order` is "stored" (as written: CRITICAL before the rest of its batch, first in first out
    within a priority), or "asc" or "desc" by timestamp. `limit` None is all, 0 is none.
    """

    id: str | None = None
    name: str | None = None
    priority: int | str | None = None
    trace_id: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int | None = None
    order: Order = "stored"

    def __post_init__(self) -> None:
        if self.priority is not None:
            object.__setattr__(self, "priority", int(TracePriority.of(self.priority)))
        for key in ("id", "name", "trace_id"):
            if not isinstance(value := getattr(self, key), (str, type(None))):
                raise TypeError(f"query {key} must be a string, not {value!r}")
        for key in ("since", "until", "limit"):
            value = getattr(self, key)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            ):
                raise TypeError(f"query {key} must be a number, not {value!r}")
        if self.limit is not None and not self.limit >= 0:
            raise ValueError(f"query limit must be at least 0, not {self.limit!r}")
        if self.order not in ("stored", "asc", "desc"):
            raise ValueError(f"query order must be 'stored', 'asc' or 'desc', not {self.order!r}")

    def wants_row(
        self, priority: int, mixed: bool, t_min: float, t_max: float, trace_ids: Iterable[str]
    ) -> bool:
        """Whether a row with this description can hold a match."""
        return (
            (self.priority is None or priority == self.priority or mixed)
            and (self.since is None or t_max >= self.since)
            and (self.until is None or t_min <= self.until)
            and (self.trace_id is None or self.trace_id in trace_ids)
        )

    def matcher(self) -> Callable[[dict[str, Any]], bool]:
        """A test for one decoded trace."""
        label = None if self.priority is None else LABELS[int(self.priority)]
        since = float("-inf") if self.since is None else self.since
        until = float("inf") if self.until is None else self.until
        return lambda trace: (
            (self.id is None or trace["id"] == self.id)
            and (self.name is None or trace["name"] == self.name)
            and (label is None or trace["priority"] == label)
            and (self.trace_id is None or trace.get("traceId") == self.trace_id)
            and since <= trace["timestamp"] <= until
        )

    def select_unordered(self, traces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The matches among `traces`, all of them, as they come."""
        return list(filter(self.matcher(), traces))

    def select(self, traces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The matches among `traces`, which come in stored order; each id once."""
        found = list({trace["id"]: trace for trace in self.select_unordered(traces)}.values())
        if self.order != "stored":
            found.sort(key=lambda trace: trace["timestamp"])
        if self.order == "desc":
            found.reverse()  # not sorted in reverse: of equal times, the later stored comes first
        return found if self.limit is None else found[: int(self.limit)]


def rows_in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows as they were sealed, whatever order their transactions ended in."""
    return sorted(rows, key=lambda row: (row.session, row.seq_first))


def traces_of(row: Row) -> list[dict[str, Any]]:
    """The row's traces, decoded."""
    text = gzip.decompress(row.data) if isinstance(row.data, bytes) else str(row.data)
    traces: list[dict[str, Any]] = json.loads(text)
    return traces
