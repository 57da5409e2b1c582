"""Walks along rows that can be listed at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..batch import Row
from ..ports import StoredRow
from ..query import TraceQuery, text_of


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row, to be searched and decoded when it is asked for its matches."""

    row: Row
    query: TraceQuery
    can_hold: Callable[[str], bool]

    @property
    def bound(self) -> float:
        return self.row.t_min if self.query.order == "asc" else self.row.t_max

    @property
    def place(self) -> tuple[str, int]:
        return self.row.session, self.row.seq_first

    def matches(self) -> list[dict[str, Any]]:
        text = text_of(self.row)
        return self.query.select_unordered(json.loads(text)) if self.can_hold(text) else []


class ListWalk:
    """Along the rows whose keys `find` lists; `load` gives those of them that are still there."""

    def __init__(
        self,
        query: TraceQuery,
        find: Callable[[], list[Any]],
        load: Callable[[Sequence[Any]], list[Row]],
    ) -> None:
        self._query = query
        self._can_hold = query.searcher()
        self._find = find
        self._load = load
        self._left: list[Any] | None = None

    async def count(self) -> int:
        return len(self._listed())

    async def read(self, count: int) -> list[StoredRow]:
        rows: list[Row] = []
        while not rows and (keys := self._listed()[:count]):
            del self._listed()[:count]
            rows = self._load(keys)
            await asyncio.sleep(0)
        return [ListedRow(row, self._query, self._can_hold) for row in rows]

    def _listed(self) -> list[Any]:
        if self._left is None:
            self._left = self._find()
        return self._left
