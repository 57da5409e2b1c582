"""Which traces are asked for, and which rows can hold them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Container, Iterable
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

    @property
    def page(self) -> str | None:
        """The session with which the id begins, if it is one of our making: the writers of that
        page, whose names begin so too, are the likeliest to have stored it."""
        own = None if self.id is None else re.match(r"[0-9a-z]{17}(?=-.)", self.id)
        return own and own[0]

    def searcher(self) -> Callable[[Container[str]], bool]:
        """A test for the JSON text of traces, before it is decoded: can it hold a match?"""
        label = None if self.priority is None else LABELS[int(self.priority)]
        wanted = (self.id, self.name, self.trace_id, label)
        signs = [f'"{text}"' for text in wanted if text is not None and _is_written_as_it_is(text)]
        return lambda text: all(sign in text for sign in signs)

    def select_unordered(self, traces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The matches among `traces`, all of them, as they come."""
        return list(filter(self.matcher(), traces))

    def select(self, traces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The matches among `traces`, which come in stored order; each id once."""
        return self.join([], traces)

    def join(
        self, found: list[dict[str, Any]], later: Iterable[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """What was `found`, in the query's order, with the matches of what was, or will be, stored
        later and comes in stored order; each id once."""
        more = self.select_unordered(later)
        if self.order == "desc":  # of equal times, the later stored comes first
            both = sorted(more[::-1] + found, key=_time, reverse=True)
        else:
            both = found + more
            if self.order == "asc":
                both.sort(key=_time)
        traces = list({trace["id"]: trace for trace in both}.values())
        return traces if self.limit is None else traces[: int(self.limit)]


def _time(trace: dict[str, Any]) -> float:
    timestamp: float = trace["timestamp"]
    return timestamp


def _is_written_as_it_is(text: str) -> bool:
    """Whether JSON has no other way to write it than between quotes, in what we write."""
    return text.isascii() and text.isprintable() and not ('"' in text or "\\" in text)


def rows_in_order(rows: Iterable[Row]) -> list[Row]:
    """Rows as they were sealed, whatever order their transactions ended in."""
    return sorted(rows, key=lambda row: (row.session, row.seq_first))


def text_of(row: Row) -> str:
    """The JSON text of the row's traces."""
    return gzip.decompress(row.data).decode() if isinstance(row.data, bytes) else str(row.data)


def traces_of(row: Row) -> list[dict[str, Any]]:
    """The row's traces, decoded."""
    traces: list[dict[str, Any]] = json.loads(text_of(row))
    return traces
