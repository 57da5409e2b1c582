"""A store in memory: for tests, and for CPython programs that read the traces themselves."""

from __future__ import annotations

from typing import Any

from ..batch import Batch, DeadLetter, Row, seal_row
from ..ports import RowWalk
from ..query import TraceQuery, rows_in_order, traces_of
from ..streaming import select
from .memory_upkeep import MemoryUpkeep
from .walk import ListWalk


class MemoryStore(MemoryUpkeep):
    """Keeps rows in a list, gone with the process."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.ledger: dict[str, dict[str, Any]] = {}
        self.dead_letters: dict[str, DeadLetter] = {}
        self.meta: dict[str, Any] = {}
        self._taken: set[tuple[str, int]] = set()

    def __repr__(self) -> str:
        return (
            f"<MemoryStore {sum(row.count for row in self.rows)} traces in {len(self.rows)} rows>"
        )

    async def open(self) -> None:
        """Nothing to do."""

    async def write(self, batch: Batch) -> None:
        for row in batch.rows:
            places = {(row.session, seq) for seq in range(row.seq_first, row.seq_last + 1)}
            if not places & self._taken:
                self.rows.append(row)
            else:  # it, or a half of it, is here from an attempt whose answer was lost
                self.rows += _rest(batch, row, self._taken)
            self._taken |= places
        self.ledger[batch.account["session"]] = batch.account

    async def bury(self, letters: list[DeadLetter]) -> None:
        self.dead_letters |= {letter.id: letter for letter in letters}

    async def letters(self) -> list[DeadLetter]:
        return list(self.dead_letters.values())

    async def forget(self, ids: list[str]) -> None:
        for id in ids:
            self.dead_letters.pop(id, None)

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        return await select(self.walk(query), query)

    def walk(self, query: TraceQuery) -> RowWalk:
        def find() -> list[Row]:
            rows = [
                row
                for row in rows_in_order(self.rows)
                if query.wants_row(row.priority, row.mixed, row.t_min, row.t_max, row.trace_ids)
            ]
            if query.id is not None:  # its page's first, then the newest
                page = query.page or "nobody"
                rows.reverse()
                rows.sort(key=lambda row: not row.session.startswith(page))
            elif query.order == "asc":
                rows.sort(key=lambda row: row.t_min)
            elif query.order == "desc":
                rows.sort(key=lambda row: -row.t_max)
            return rows

        return ListWalk(query, find, list)

    async def close(self) -> None:
        """Nothing to do; what was written can still be read."""

    @property
    def traces(self) -> list[dict[str, Any]]:
        """All stored traces, decoded, in stored order."""
        return [trace for row in rows_in_order(self.rows) for trace in traces_of(row)]


def _rest(batch: Batch, row: Row, taken: set[tuple[str, int]]) -> list[Row]:
    """What is not here yet, a row a trace."""
    return [
        seal_row(row.session, seq, [trace])
        for whole, seq, trace in batch.placed()
        if whole is row and (row.session, seq) not in taken
    ]
