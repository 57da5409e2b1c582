"""The walk along a query's rows in IndexedDB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..ports import StoredRow
from ..query import TraceQuery
from .database import Database
from .plan import bound_of, place_of, ways_for
from .ways import Found, Way

Matches = Callable[[Found], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class WalkedRow:
    """A row, to be searched, converted and decoded when it is asked for its matches."""

    found: Found
    bound: float
    read: Matches

    @property
    def place(self) -> tuple[str, int]:
        return place_of(self.found.record)

    def matches(self) -> list[dict[str, Any]]:
        return self.read(self.found)


class IndexedWalk:
    """As the plan for the query says; `read` gives the matches in a row."""

    def __init__(self, database: Database, query: TraceQuery, read: Matches) -> None:
        self._database = database
        self._query = query
        self._read = read
        self._ways: list[Way] | None = None

    async def count(self) -> int:
        return sum([await way.count() for way in await self._planned()])

    async def read(self, count: int) -> list[StoredRow]:
        ways = await self._planned()
        while ways:
            if rows := await ways[0].read(count):
                return [
                    WalkedRow(row, bound_of(self._query, row.record), self._read) for row in rows
                ]
            del ways[0]
        return []

    async def _planned(self) -> list[Way]:
        if self._ways is None:
            self._ways = await ways_for(self._database, self._query)
        return self._ways
