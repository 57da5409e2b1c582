"""The `UpkeepStore` part of the store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import nsmallest
from typing import Any

from ..batch import Row
from ..errors import StoreFenced
from ..ports import Place, RowFacts

Key = tuple[str, int]


class MemoryUpkeep:
    """Surveys and edits rows in a list. A row's key is its place."""

    rows: list[Row]
    ledger: dict[str, dict[str, Any]]
    meta: dict[str, Any]

    async def survey(self, after: RowFacts | None, limit: int) -> list[RowFacts]:
        facts = (
            RowFacts(row.priority, row.t_max, row.codec, row.count, row.bytes, _key(row))
            for row in self.rows
        )
        return nsmallest(limit, (one for one in facts if after is None or one > after))

    async def places(self, after: Place | None, limit: int) -> list[Place]:
        places = (Place(*_key(row), _key(row)) for row in self.rows)
        return nsmallest(limit, (place for place in places if after is None or place > after))

    async def closed_sessions(self) -> set[str]:
        return {name for name, account in self.ledger.items() if account.get("closed")}

    async def edit(
        self,
        groups: Sequence[Sequence[Key]],
        change: Callable[[list[Row]], list[Row]],
        note: Callable[[Mapping[str, Any] | None], Mapping[str, Any] | None] | None,
        guard: int | None,
    ) -> None:
        if guard is not None and self.meta.get("leader", {}).get("token", guard) != guard:
            raise StoreFenced(f"leader {guard}: another leads")
        stored = {_key(row): row for row in self.rows}
        for group in groups:
            before = [stored[key] for key in group if key in stored]
            after = {_key(row): row for row in change(before)}
            for row in before:
                if _key(row) not in after:
                    del stored[_key(row)]
            stored |= after
        value = note(self.meta.get("upkeep")) if note else None
        if value is not None:
            self.meta["upkeep"] = dict(value)
        self.rows[:] = stored.values()


def _key(row: Row) -> Key:
    return row.session, row.seq_first
