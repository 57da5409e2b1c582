"""What an application holds: it looks after the store every few minutes, and when asked."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ..clock import SystemClock
from ..errors import StoreFenced
from ..ports import Clock, StorageEstimate, StorageProbe, UpkeepStore
from ..query import TraceQuery
from .editor import Editor, Revise, Slice
from .policy import RetentionPolicy
from .purge import Predicate, certain, purging
from .round import Progress, Report, Round
from .tally import Tally

logger = logging.getLogger("pyqueue")


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a keeper did since it was made. The database knows what was done since ever."""

    runs: int = 0
    failures: int = 0
    deleted: Tally = field(default_factory=Tally)
    purged: Tally = field(default_factory=Tally)
    compacted: Tally = field(default_factory=Tally)
    last: Report | None = None


class Keeper:
    """Keeps a store within a policy. At work once at a time; a write never waits for more than
    one short transaction of it.

    `guard` is the token by which this page leads; once another leads, it changes nothing.
    """

    def __init__(
        self,
        store: UpkeepStore,
        policy: RetentionPolicy | None = None,
        *,
        clock: Clock | None = None,
        probe: StorageProbe | None = None,
        guard: int | None = None,
    ) -> None:
        self._policy = policy or RetentionPolicy()
        self._editor = Editor(store, guard)
        self._clock = clock or SystemClock()
        self._probe = probe
        self._settled: set[Any] = set()
        self._at_work = asyncio.Lock()
        self._round: Round | None = None
        self._stops = 0
        self._changed = asyncio.Event()
        self._statistics = Statistics()

    def __repr__(self) -> str:
        state = "at work" if self._at_work.locked() else "idle"
        return f"<Keeper {state}, {self._statistics.runs} runs>"

    @property
    def policy(self) -> RetentionPolicy:
        return self._policy

    def reconfigure(self, **changes: Any) -> None:
        """Change options of the policy; a run follows at once where `serve` runs."""
        self._policy = replace(self._policy, **changes)
        self._settled = set()
        self._changed.set()

    def statistics(self) -> Statistics:
        return self._statistics

    async def serve(self) -> None:
        """Run now and at every `check_interval`, until cancelled or fenced off."""
        while True:
            self._changed.clear()
            if (await self.run()).fenced:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._policy.check_interval / 1000)

    async def run(self, dry_run: bool = False) -> Report:
        """Bring the store within the policy and compact what is cold; as a dry run, only say what
        that would do. Waits for other work that is under way. Never raises."""
        stops = self._stops
        async with self._at_work:
            began = self._clock.now()
            round = Round(self._editor, self._policy, self._clock.wall(), self._settled, dry_run)
            round.is_stopping = self._stops > stops
            error = await self._work(round)
            report = Report(
                dry_run=dry_run,
                deleted=round.deleted,
                compacted=round.compacted,
                dead_letters=round.dead_letters,
                left=round.left,
                bytes_allowed=round.allowed,
                is_over=round.is_over,
                duration=self._clock.now() - began,
                error=f"{type(error).__name__}: {error}" if error else None,
                fenced=isinstance(error, StoreFenced),
                stopped=round.is_stopping,
            )
            if not dry_run:
                done = {"deleted": round.deleted, "compacted": round.compacted}
                self._add(runs=1, failures=int(error is not None), **done)
            self._statistics = replace(self._statistics, last=report)
            return report

    @property
    def progress(self) -> Progress | None:
        """Of the run under way, if there is one."""
        return self._round.progress if self._round else None

    def stop(self) -> None:
        """Let the run under way end after its transaction, and those that wait for it do nothing;
        what was done is done."""
        self._stops += 1
        if self._round:
            self._round.is_stopping = True

    async def purge(
        self,
        predicate: Predicate | None = None,
        *,
        keep_protected: bool = False,
        **conditions: Any,
    ) -> int:
        """Delete every stored trace for which `predicate` holds and that meets the conditions (as
        `TraceQuery`'s); without either, all. Rows that can't be read go too: nobody can say that
        they hold no such trace. How many went. Raises `StoreError`, having purged only a part, and
        what `predicate` raises."""
        query = TraceQuery(**conditions)
        if query.limit is not None:
            raise ValueError("a purge has no limit")
        meets = certain(query.matcher())
        revise = purging(
            lambda trace: meets(trace) and (predicate is None or predicate(trace)),
            self._policy.protector() if keep_protected else None,
        )
        # A mixed row stands under the highest priority that it holds.
        lowest = int(query.priority or 0)
        since = float("-inf") if query.since is None else query.since
        async with self._at_work:
            before = self._statistics.purged.count
            slice = Slice()
            async for row in self._editor.rows():
                if row.priority < lowest or row.t_max < since:
                    continue
                if not slice.has_room([row]):
                    slice = await self._purge(slice, revise)
                slice.add([row])
            await self._purge(slice, revise)
            return self._statistics.purged.count - before

    async def _purge(self, slice: Slice, revise: Revise) -> Slice:
        if slice.groups:
            self._add(purged=await self._editor.edit(slice, "purged", revise))
        return Slice()

    async def _work(self, round: Round) -> Exception | None:
        """What ended it early."""
        self._round = round
        try:
            await round.expire()
            if not round.is_stopping:
                await round.shed(await self._estimate())
            if not round.is_stopping:
                await round.forget()
            if not round.is_stopping:
                await round.compact()
        except Exception as error:
            logger.warning("upkeep ended early: %r", error)
            return error
        finally:
            self._round = None
        return None

    async def _estimate(self) -> StorageEstimate | None:
        try:
            return await self._probe.estimate() if self._probe else None
        except Exception as error:
            logger.warning("the storage probe raised: %r", error)
            return None

    def _add(self, **more: Any) -> None:
        """Add to counters and tallies."""
        was = self._statistics
        sums = {name: _sum(getattr(was, name), value) for name, value in more.items()}
        self._statistics = replace(was, **sums)


def _sum(was: Any, more: Any) -> Any:
    if isinstance(was, Tally):
        total = Tally()
        total.add(was)
        total.add(more)
        return total
    return was + more
