"""Walks along rows that can be listed at once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..batch import Row
from ..ports import StoredRow
from ..query import TraceQuery, text_of

logger = logging.getLogger("pyqueue")


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row, to be searched and decoded when it is asked for its matches."""

    row: Row
    query: TraceQuery
    select: Callable[[Row], list[dict[str, Any]]]

    @property
    def bound(self) -> float:
        return self.row.t_min if self.query.order == "asc" else self.row.t_max

    @property
    def place(self) -> tuple[str, int]:
        return self.row.session, self.row.seq_first

    def matches(self) -> list[dict[str, Any]]:
        return self.select(self.row)


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
        self._has_warned = False

    async def count(self) -> int:
        return len(self._listed())

    async def read(self, count: int) -> list[StoredRow]:
        rows: list[Row] = []
        while not rows and (keys := self._listed()[:count]):
            del self._listed()[:count]
            rows = self._load(keys)
            await asyncio.sleep(0)
        return [ListedRow(row, self._query, self._select) for row in rows]

    def _select(self, row: Row) -> list[dict[str, Any]]:
        try:
            text = text_of(row)
            return self._query.select_unordered(json.loads(text)) if self._can_hold(text) else []
        except Exception as error:  # a disk may fail, and others may write: it may be anything
            if not self._has_warned:
                self._has_warned = True
                # Its kind alone: the message may quote what users did.
                kind = type(error).__name__
                logger.warning("rows that can't be read are passed over; the first: %s", kind)
            return []

    def _listed(self) -> list[Any]:
        if self._left is None:
            self._left = self._find()
        return self._left
