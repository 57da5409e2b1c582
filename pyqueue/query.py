"""Which traces are asked for, and which rows can hold them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .batch import Row
from .contents import Scalar, has_attribute, has_text
from .priority import LABELS, TracePriority

Order = Literal["stored", "asc", "desc"]

FEW_IDS = 20
"""So many are looked for in a row's text before it is decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuery:
    """Conditions that all must hold; None asks nothing. Times are ms since the epoch, inclusive.

    `ids` asks for any of these. `attributes` gives the values of some, by key: "user.plan" is that
    key, or "plan" in "user". `text` is in the name, the error, or a text or number among the
    attributes, in whatever case.

    `order` is "stored" (as written: CRITICAL before the rest of its batch, first in first out
    within a priority), or "asc" or "desc" by timestamp. `limit` None, or infinity, is all; 0 is
    none.
    """

    id: str | None = None
    name: str | None = None
    priority: int | str | None = None
    trace_id: str | None = None
    status: str | None = None
    ids: Collection[str] | None = field(default=None, hash=False)
    attributes: Mapping[str, Scalar] | None = field(default=None, hash=False)
    text: str | None = None
    since: float | None = None
    until: float | None = None
    limit: int | None = None
    order: Order = "stored"

    def __post_init__(self) -> None:
        if self.priority is not None:
            object.__setattr__(self, "priority", _checked_priority(self.priority))
        for key in ("id", "name", "trace_id", "status", "text"):
            if not isinstance(value := getattr(self, key), (str, type(None))):
                raise TypeError(f"query {key} must be a string, not {value!r}")
        if self.ids is not None:
            object.__setattr__(self, "ids", _checked_ids(self.ids))
        if self.attributes is not None:
            object.__setattr__(self, "attributes", _checked_attributes(self.attributes))
        for key in ("since", "until", "limit"):
            value = getattr(self, key)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, (int, float))
            ):
                raise TypeError(f"query {key} must be a number, not {value!r}")
        if self.limit == float("inf"):
            object.__setattr__(self, "limit", None)
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
        contents = self._contents()
        return lambda trace: (
            (self.id is None or trace["id"] == self.id)
            and (self.name is None or trace["name"] == self.name)
            and (label is None or trace["priority"] == label)
            and (self.trace_id is None or trace.get("traceId") == self.trace_id)
            and since <= trace["timestamp"] <= until
            and (contents is None or contents(trace))
        )

    def _contents(self) -> Callable[[dict[str, Any]], bool] | None:
        """A test for what is asked more seldom."""
        status, ids, text = self.status, self.ids, self.text
        if (status, ids, text, self.attributes) == (None,) * 4:
            return None
        lowered = None if text is None else text.lower()
        attributes = list((self.attributes or {}).items())
        return lambda trace: (
            (status is None or trace.get("status") == status)
            and (ids is None or trace["id"] in ids)
            and all(has_attribute(trace.get("attributes"), key, x) for key, x in attributes)
            and (lowered is None or has_text(trace, lowered))
        )

    @property
    def most(self) -> float:
        """Traces that can match, at the most."""
        limit = float("inf") if self.limit is None else int(self.limit)
        if self.id is not None:
            return min(limit, 1)
        return limit if self.ids is None else min(limit, len(self.ids))

    @property
    def page(self) -> str | None:
        """The session with which the id begins, if it is one of our making: the writers of that
        page, whose names begin so too, are the likeliest to have stored it."""
        own = None if self.id is None else re.match(r"[0-9a-z]{17}(?=-.)", self.id)
        return own and own[0]

    def searcher(self) -> Callable[[Container[str]], bool]:
        """A test for the JSON text of traces, before it is decoded: can it hold a match?"""
        label = None if self.priority is None else LABELS[int(self.priority)]
        wanted: list[Scalar] = [self.id, self.name, self.trace_id, self.status, label]
        signs = []
        for key, value in (self.attributes or {}).items():
            wanted.append(value)
            if _is_written_as_it_is(key):
                signs.append(key.rpartition(".")[2] + '":')  # in whatever object it is
        signs += [f'"{x}"' for x in wanted if isinstance(x, str) and _is_written_as_it_is(x)]
        ids = list(self.ids or ())
        some = ids if len(ids) <= FEW_IDS and all(map(_is_written_as_it_is, ids)) else []
        part = (self.text or "").lower()
        part = part if _is_written_as_it_is(part) else ""
        return lambda text: (
            all(sign in text for sign in signs)
            and (not some or any(f'"{id}"' in text for id in some))
            and (not part or part in str(text).lower())
        )

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


def _checked_priority(value: object) -> int:
    priority = TracePriority.of(value)
    if not isinstance(value, str) and value != priority:
        raise ValueError(f"query priority must be 0 to 3, or a name, not {value!r}")
    return int(priority)


def _checked_ids(ids: Any) -> frozenset[str]:
    if isinstance(ids, str) or not isinstance(ids, Collection):
        raise TypeError(f"query ids must be a list of strings, not {ids!r}")
    for id in ids:
        if not isinstance(id, str):
            raise TypeError(f"query ids must be strings, not {id!r}")
    return frozenset(ids)


def _checked_attributes(attributes: Any) -> dict[str, Scalar]:
    if not isinstance(attributes, Mapping):
        raise TypeError(f"query attributes must be keys with values, not {attributes!r}")
    for key, value in attributes.items():
        if not isinstance(key, str):
            raise TypeError(f"query attributes: a key must be a string, not {key!r}")
        if not isinstance(value, (str, int, float, type(None))):
            raise TypeError(
                f"query attributes: {key!r} must be a string, a number, a truth value or None, "
                f"not {value!r}"
            )
    return dict(attributes)


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
