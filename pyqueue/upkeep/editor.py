"""Brings changes to the store: one short transaction at a time, each counted where it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from ..batch import Row
from ..errors import StoreFull
from ..ports import Place, RowFacts, UpkeepStore
from .tally import Tally, noted

T = TypeVar("T")

PAGE = 500
"""Facts read at a time."""

SLICE_BYTES = 1024 * 1024
"""Of rows in one transaction: how long a write may have to wait."""

SLICE_ROWS = 100
"""The same for small ones, of which each costs 0.4 ms in IndexedDB."""

Leaves = Callable[[Row], Row | None]
"""What is left of a row that is to go; None where that is nothing."""

Revise = Callable[[list[Row], Tally], list[Row]]
"""What is to stand in place of a group of rows; what this changes is added to the tally."""


class Walk(Generic[T]):
    """Reads page after page, up to the first that is not full: while others write, there is always
    one more row. Needs no closing where it is left early, as a generator would."""

    def __init__(self, read: Callable[[T | None, int], Awaitable[list[T]]]) -> None:
        self._read = read
        self._last: T | None = None
        self._page: Iterator[T] = iter(())
        self._is_whole = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        for one in self._page:
            return one
        if self._is_whole:
            raise StopAsyncIteration
        page = await self._read(self._last, PAGE)
        self._is_whole = len(page) < PAGE
        self._last = page[-1] if page else None
        self._page = iter(page)
        await asyncio.sleep(0)
        return await self.__anext__()


class Slice:
    """Rows for one transaction."""

    def __init__(self, most_bytes: float = SLICE_BYTES) -> None:
        self.groups: list[list[RowFacts]] = []
        self.rows = self.count = self.bytes = 0
        self._most_bytes = most_bytes

    def has_room(self, group: Sequence[RowFacts]) -> bool:
        """Whether these rows may join; a slice that is empty takes any."""
        size = self.bytes + sum(row.bytes for row in group)
        is_full = size > self._most_bytes or self.rows + len(group) > SLICE_ROWS
        return not self.groups or not is_full

    def add(self, group: list[RowFacts]) -> None:
        self.groups.append(group)
        self.rows += len(group)
        self.count += sum(row.count for row in group)
        self.bytes += sum(row.bytes for row in group)

    @property
    def keys(self) -> set[Any]:
        return {row.key for group in self.groups for row in group}


class Editor:
    """Reads and edits a store's rows. `guard` is a leader's token, if there are several tabs."""

    def __init__(self, store: UpkeepStore, guard: int | None) -> None:
        self.store = store
        self.guard = guard
        self._unnoted = Tally()
        """Deleted while there was no room to say so."""

    def rows(self) -> Walk[RowFacts]:
        """All rows, lowest priority and oldest first."""
        return Walk(self.store.survey)

    async def sessions(self) -> AsyncGenerator[list[Place], None]:
        """All rows, a session at a time, in the order of sealing."""
        session: list[Place] = []
        async for place in Walk(self.store.places):
            if session and session[0].session != place.session:
                yield session
                session = []
            session.append(place)
        if session:
            yield session

    async def edit(self, slice: Slice, kind: str, revise: Revise, dry_run: bool = False) -> Tally:
        """Revise a slice in one transaction; what that changed, or would have."""
        tally = Tally()

        def change(rows: list[Row]) -> list[Row]:
            revised = revise(list(rows), tally)
            return rows if dry_run else revised

        def note(previous: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
            value = noted(previous, "deleted", self._unnoted) if self._unnoted else previous
            return noted(value, kind, tally) if tally else value

        keys = [[row.key for row in group] for group in slice.groups]
        await self.store.edit(keys, change, None if dry_run else note, self.guard)
        if not dry_run:
            self._unnoted = Tally()
        await asyncio.sleep(0)
        return tally

    async def delete(
        self, slice: Slice, leaves: Leaves, total: Tally, dry_run: bool = False
    ) -> Tally:
        """Delete a slice's rows, but for what is left of them. What went is added to `total` too,
        also where an error ends it."""
        try:
            tally = await self.edit(slice, "deleted", dropping(leaves), dry_run)
        except StoreFull:
            return await self._delete_while_full(slice.groups, leaves, total)
        total.add(tally)
        return tally

    async def _delete_while_full(
        self, groups: list[list[RowFacts]], leaves: Leaves, total: Tally
    ) -> Tally:
        """Only delete: nothing that needs room. Not even a note is written: the next one tells."""
        tally = Tally()

        def change(rows: list[Row]) -> list[Row]:
            gone = Tally()
            left = dropping(leaves)(rows, gone)
            if left and left != rows:
                return rows  # to trim it, it would have to be put
            tally.add(gone)
            return left

        try:
            keys = [[row.key for row in group] for group in groups]
            await self.store.edit(keys, change, None, self.guard)
        except StoreFull:
            if len(groups) == 1:
                raise
            middle = len(groups) // 2
            tally = await self._delete_while_full(groups[:middle], leaves, total)
            tally.add(await self._delete_while_full(groups[middle:], leaves, total))
            return tally
        self._unnoted.add(tally)
        total.add(tally)
        return tally


def dropping(leaves: Leaves) -> Revise:
    """Revises rows to what is left of each."""

    def revise(rows: list[Row], tally: Tally) -> list[Row]:
        left = []
        for row in rows:
            kept = leaves(row)
            if kept is not row:
                tally.went(row, kept)
            if kept is not None:
                left.append(kept)
        return left

    return revise
