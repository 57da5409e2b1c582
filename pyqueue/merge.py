"""Matches come row by row, and rows overlap in time: this brings them into a query's order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import count
from typing import Any

from .core.recent import RecentIds
from .ports import StoredRow
from .query import TraceQuery

Trace = dict[str, Any]

GIVEN = 10_000
"""Ids known to have been given. The same trace can be stored twice only by rows that lie close."""

STORED, HELD = 0, 1
LAST = HELD + 1


class Merge:
    """What was added, in the query's order and up to its limit, each id once.

    Rows are added in the order of a walk. `held` traces are not stored yet, so they count as stored
    last; those that are met in a row after all are given from there.
    """

    def __init__(self, query: TraceQuery, held: Iterable[Trace]) -> None:
        self._by_id = query.id is not None
        self._order = "stored" if self._by_id else query.order
        self._left = query.most
        self._given = RecentIds(GIVEN)
        self._numbers = count()
        self._held = {trace["id"]: trace for trace in query.select_unordered(held)}
        # (time, kind, session, place, number, trace), ascending; in the order of storing, as they
        # came. No two are alike before the trace.
        self._entries: list[tuple[Any, ...]] = []
        if self._order != "stored":
            self._insert(HELD, ("", 0), self._held.values())

    @property
    def wants_more(self) -> bool:
        """Whether rows to come can change the answer."""
        return self._left > 0 and not (self._by_id and self._held)

    def meet(self, row: StoredRow) -> list[Trace]:
        """What can be given when the walk has come to this row."""
        ready = self._take(row.bound)
        if self.wants_more:
            traces = row.matches()
            for trace in traces if self._held else ():
                self._held.pop(trace["id"], None)
            self._insert(STORED, row.place, traces)
        return ready + self._take(row.bound) if self._order == "stored" else ready

    def rest(self) -> list[Trace]:
        """What is left at the end of the walk."""
        if self._order == "stored":
            self._insert(HELD, ("", 0), self._held.values())
        return self._take(float("-inf" if self._order == "desc" else "inf"))

    def _take(self, bound: float) -> list[Trace]:
        """What no row that begins ("asc") or ends ("desc") at this time, or lies beyond, can come
        before."""
        if self._order == "desc":
            start = bisect_right(self._entries, (bound, LAST))
            ready, self._entries = self._entries[start:], self._entries[:start]
            return self._give(ready[::-1])
        is_asc = self._order == "asc"
        end = bisect_left(self._entries, (bound,)) if is_asc else len(self._entries)
        ready, self._entries = self._entries[:end], self._entries[end:]
        return self._give(ready)

    def _insert(self, kind: int, place: tuple[str, int], traces: Iterable[Trace]) -> None:
        numbered = zip(self._numbers, traces, strict=False)
        self._entries += [(trace["timestamp"], kind, *place, n, trace) for n, trace in numbered]
        if self._order != "stored":
            self._entries.sort()

    def _give(self, ready: list[tuple[Any, ...]]) -> list[Trace]:
        traces = {
            trace["id"]: trace
            for _, kind, *_, trace in ready
            if kind == STORED or trace["id"] in self._held
        }
        fresh = [trace for id, trace in traces.items() if id not in self._given]
        if self._left < len(fresh):
            fresh = fresh[: int(self._left)]
        self._left -= len(fresh)
        self._given.add([trace["id"] for trace in fresh])
        return fresh
