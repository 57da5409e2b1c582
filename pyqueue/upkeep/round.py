"""One run: what is too old goes, then what is too much; what is left and cold is compacted."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from ..dead_letters import letter_store
from ..ports import RowFacts, StorageEstimate
from .compaction import Groups, compact
from .editor import Editor, Leaves, Slice
from .letters import surplus
from .plan import Plan, Totals, bytes_allowed
from .policy import RetentionPolicy
from .rows import cut, trimmed
from .tally import Tally

COLD_ROWS = 5_000
"""Compacted in one run at the most."""

COMPACT_SLICE = 256 * 1024
"""Bytes of rows compressed in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run did or, as a dry run, would have done."""

    dry_run: bool = False
    deleted: Tally = field(default_factory=Tally)
    compacted: Tally = field(default_factory=Tally)
    dead_letters: int = 0
    """Deleted."""
    left: Totals = field(default_factory=Totals)
    """In the store when it was over."""
    bytes_allowed: float = 0.0
    is_over: bool = False
    """More is left than the policy allows: it is protected, or younger than a minute."""
    duration: float = 0.0
    """ms."""
    error: str | None = None
    """Why it ended early. What is counted was done all the same."""
    fenced: bool = False
    """Another tab leads now."""
    stopped: bool = False
    """It was told to end; what is left is for the next run."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    stage: Literal["looking", "deleting", "compacting"]
    done: int
    """Rows."""
    total: int | None = None
    """None where nobody knows."""


class Round:
    """One run in progress. `settled` holds the keys of rows from which nothing can go, as earlier
    rounds found; this one adds to it."""

    def __init__(
        self, editor: Editor, policy: RetentionPolicy, now: float, settled: set[Any], dry_run: bool
    ) -> None:
        self.dry_run = dry_run
        self.plan = Plan(policy, now)
        self.deleted = Tally()
        self.compacted = Tally()
        self.dead_letters = 0
        self.allowed = 0.0
        self.progress = Progress("looking", 0)
        self.is_stopping = False
        """It ends after the transaction under way."""
        self._editor = editor
        self._policy = policy
        self._keeps = policy.protector()
        self._settled = settled
        self._touched: set[Any] = set()
        self._cold: dict[Any, RowFacts] = {}

    async def expire(self) -> None:
        """Look at every row; what is too old goes."""
        old = Slice()
        async for row in self._editor.rows():
            if self.is_stopping:
                return
            self.plan.totals.add(row)
            self.progress = Progress("looking", self.plan.totals.rows)
            if self.plan.is_expired(row) and row.key not in self._settled:
                if not old.has_room([row]):
                    old = await self._delete(old)
                old.add([row])
            elif self.plan.is_cold(row) and len(self._cold) < COLD_ROWS:
                self._cold[row.key] = row
        await self._delete(old)

    async def shed(self, estimate: StorageEstimate | None) -> None:
        """The least important and oldest goes, until all limits hold."""
        self.allowed = bytes_allowed(self._policy, estimate, self.left.bytes)
        self.plan.limit(self.left, self.allowed)
        excess = self.plan.excess
        chosen = Slice()
        async for row in self._editor.rows():
            is_settling = self.plan.is_settling(row)
            is_last = excess.is_met_by(chosen.count + row.count, chosen.bytes + row.bytes)
            if is_settling or is_last or not chosen.has_room([row]):
                chosen = await self._delete(chosen)
            if not excess or self.is_stopping:
                break
            self.progress = Progress("deleting", self.deleted.rows)
            if row.key in self._touched or row.key in self._settled:
                continue
            if is_settling:
                excess.take(row.count, row.bytes)
            else:
                chosen.add([row])
        await self._delete(chosen)

    async def forget(self) -> None:
        """Dead letters that are too old, or too many, go."""
        store = letter_store(self._editor.store)
        if store is None:
            return
        gone = surplus(await store.letters(), self._policy, self.plan.now)
        if gone and not self.dry_run:
            await store.forget(gone)
        self.dead_letters = len(gone)

    async def compact(self) -> None:
        """Cold rows are merged."""
        cold = {key: row for key, row in self._cold.items() if key not in self._touched}
        if not cold:
            return
        closed = await self._editor.store.closed_sessions()
        groups = Groups(self._policy, cold)
        merged = 0
        async with aclosing(self._editor.sessions()) as sessions:
            async for places in sessions:
                is_closed = places[0].session in closed
                slice = Slice(COMPACT_SLICE)
                for group in groups.of_session(places, is_closed):
                    if self.is_stopping:
                        return
                    self.progress = Progress("compacting", merged, len(cold))
                    merged += len(group)
                    if not slice.has_room(group):
                        slice = await self._merge(slice, is_closed)
                    slice.add(group)
                await self._merge(slice, is_closed)

    @property
    def left(self) -> Totals:
        """What is in the store now, or would be."""
        totals, gone = self.plan.totals, (self.deleted, self.compacted)
        return Totals(
            totals.rows - sum(tally.rows for tally in gone),
            totals.count - self.deleted.count,
            totals.bytes - sum(tally.bytes for tally in gone),
        )

    @property
    def is_over(self) -> bool:
        """Whether more is left than the policy allows."""
        return self.left.bytes > self.allowed or 0 < self._policy.max_count < self.left.count

    async def _delete(self, slice: Slice) -> Slice:
        """Delete these; an empty slice, for the next."""
        if slice.groups:
            leaves = self._leaves(slice)
            freed = await self._editor.delete(slice, leaves, self.deleted, self.dry_run)
            self._touched |= slice.keys
            if freed or self.dry_run:
                self.plan.excess.take(freed.count, freed.bytes)
            elif self._keeps:
                self._settled |= slice.keys
            else:  # too full a disk to cut it: nothing better goes for it
                self.plan.excess.take(slice.count, slice.bytes)
        return Slice()

    def _leaves(self, slice: Slice) -> Leaves:
        keeps, excess = self._keeps, self.plan.excess
        if excess.is_met_by(slice.count, slice.bytes):
            return lambda row: cut(row, keeps, excess.count, excess.bytes)
        return lambda row: trimmed(row, keeps) if keeps else None

    async def _merge(self, slice: Slice, is_closed: bool) -> Slice:
        if slice.groups:
            revise = partial(compact, is_closed)
            tally = await self._editor.edit(slice, "compacted", revise, self.dry_run)
            self.compacted.add(tally)
            if not self.dry_run:
                self._settled -= slice.keys
        return Slice(COMPACT_SLICE)
