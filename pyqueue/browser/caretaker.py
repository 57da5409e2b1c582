"""Looks after a page's stored rows: at any time for its user, and by itself while its tab leads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from ..events import Event
from ..ports import Clock, UpkeepStore
from ..upkeep import Keeper, Progress, Report, RetentionPolicy
from .platform import BrowserStorage


class Caretaker:
    """`policy` holds for all that it does."""

    def __init__(self, store: UpkeepStore, policy: RetentionPolicy, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._keeper = self._new_keeper(policy, None)
        self._asked = self._keeper
        self._serving: asyncio.Task[None] | None = None
        self._running: asyncio.Task[Report] | None = None

    def lead(self, guard: int) -> None:
        """From now on, until another leads; `guard` is the token by which it does."""
        self.resign()
        self._keeper = self._new_keeper(self._keeper.policy, guard)
        self._serving = asyncio.ensure_future(self._keeper.serve())

    def resign(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            self._keeper = self._new_keeper(self._keeper.policy, None)
            self._serving = None

    def reconfigure(self, changes: dict[str, Any]) -> None:
        """Change options of the policy. Raises TypeError or ValueError, naming the option."""
        self._keeper.reconfigure(**changes)

    @property
    def policy(self) -> RetentionPolicy:
        return self._keeper.policy

    async def run(self, dry_run: bool, **changes: Any) -> Report:
        """Bring the store within the policy now, or tell what that would do; `changes` to the
        policy are for a dry run, and hold for no other."""
        keeper = self._keeper
        if dry_run and changes:
            keeper = self._new_keeper(replace(self.policy, **changes), None)
        self._asked = keeper
        return await keeper.run(dry_run)

    @property
    def progress(self) -> Progress | None:
        """Of the run that was asked for last, while it is under way."""
        return self._asked.progress

    def stop(self) -> None:
        """Let that run end after its transaction."""
        self._asked.stop()

    def heard(self, event: Event) -> None:
        """When a write found no room, the policy's share may have become less. What it allows
        stays: nothing that was acknowledged goes to make room."""
        if event.kind != "error" or not event.payload["error"].startswith("StoreFull"):
            return
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._keeper.run())

    def _new_keeper(self, policy: RetentionPolicy, guard: int | None) -> Keeper:
        return Keeper(self._store, policy, clock=self._clock, probe=BrowserStorage(), guard=guard)
