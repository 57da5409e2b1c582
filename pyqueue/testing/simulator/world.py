"""The world around the queue: a public method for each thing that can happen.

Arguments are plain numbers and words, and what is picked is picked by position, so that a trace
still means something when some of its actions are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ...config import QueueConfig, QueueKind
from ...core.queue import QueueCore
from ...parcel import pack
from ...ports import HeapReading
from ...priority import LABELS
from ...trace import QueuedTrace
from . import checks
from .loop import Loop
from .model import Entry
from .session import DISCIPLINES, MakeCore
from .store import Fate
from .violation import Violation

PADDING = "x" * 5_000
DEEP_EVERY = 64
"""Steps from one comparison of all contents to the next."""
PATIENCE = 150
"""Probes after which a trace that was refused for no known reason must have been given up."""


class World(Loop):
    """A queue, its store, its producers. `deep` makes all checks after each step."""

    def __init__(self, make_core: MakeCore = QueueCore, deep: bool = False) -> None:
        super().__init__(make_core)
        self.steps = 0
        self._deep = deep
        self._made = 0

    def check(self) -> None:
        """After each action."""
        self.ear.listen(self.core, self.model, self.now)
        checks.numbers(self)
        if self._deep or self.steps % DEEP_EVERY == 0:
            checks.contents(self)
        self.steps += 1

    # Producers

    def offer(self, priority: int, size: int, poison: str = "") -> None:
        self._offer(self._make(priority, size, poison))

    def _offer(self, item: QueuedTrace) -> None:
        reason = self._foresee(item)
        actual = self.core.offer(item, self.now)
        if actual is not reason:
            raise Violation("admission", f"{_show(item)}: {actual} instead of {reason}")
        if reason is None and item.number != self.model.entries[item.id].number:
            raise Violation("numbers", f"{_show(item)} got number {item.number}")

    def burst(self, priority: int, sizes: Sequence[int]) -> None:
        items = [self._make(priority, size) for size in sizes]
        reasons = [self._foresee(item) for item in items]
        parcel = pack(items)
        self.core.offer_parcel(parcel, self.now)
        for item, reason in zip(parcel.traces(), reasons, strict=True):
            number = self.model.entries[item.id].number if reason is None else 0
            if item.number != number:
                raise Violation("admission", f"{_show(item)}: number {item.number}, not {number}")

    def again(self, pick: int) -> None:
        """An id comes a second time: one of the last, or one that left unwritten."""
        memory = min(3, self.core.config.remember_ids)
        known = self.rules.recent[-memory:] if memory else []
        if ids := [*filter(None, known), *self.rules.forgotten]:
            self._offer(self._make(1, 100, id=ids[pick % len(ids)]))

    def sender(self, name: str) -> None:
        """Who sends the traces from now on."""
        self.source = name

    def cancel(self, pick: int) -> None:
        entry = self._pick(pick)
        queued = entry is not None and entry.state == "queued"
        done = self.core.cancel(entry.id if entry else "nobody", self.now)
        if done != queued:
            raise Violation("cancel", f"{done} for {entry and entry.state}")
        if entry and queued:
            self.model.move(entry, "cancelled")
            self.rules.left_unwritten(entry.id)

    def reprioritize(self, pick: int, priority: int) -> None:
        entry = self._pick(pick)
        model, growth = self.model, 0
        can = entry is not None and entry.state == "queued"
        if entry and can:
            growth = len(LABELS[priority]) - len(LABELS[entry.priority])
        if growth > 0:  # the name of a priority is part of the text
            why, found = model.room(priority, 0, growth, self.is_tight(growth), but=entry)
            can = found is not None
            self._evict(found or [], why)
        done = self.core.reprioritize(entry.id if entry else "nobody", priority, self.now)
        if done != can:
            raise Violation("reprioritize", f"{done} instead of {can}")
        if entry and done:
            model.change(entry, priority, growth)

    # Time and platform

    def sleep(self, ms: float) -> None:
        """The laptop sleeps: time jumps, and no timer fires meanwhile."""
        self.now += ms

    def wall(self, ms: float) -> None:
        """Someone sets the wall clock."""
        self.skew += ms

    def heap(self, used: float | None) -> None:
        """The platform tells how much of its heap of 100,000 bytes is in use."""
        self._heap = None if used is None else HeapReading(used, 100_000)
        self.core.observe_heap(self._heap, self.now)

    # Store

    def weather(self, *fates: tuple[Fate, float]) -> None:
        """What becomes of the writes that start from now on; without fates, all are well."""
        self.store.fates = fates or (("ok", 1.0),)

    def quota(self, more: float | None) -> None:
        """The store takes so many bytes more, or as many as come."""
        self.store.quota = float("inf") if more is None else self.store.bytes + more

    def together(self, most: int) -> None:
        """The store takes so many batches in one transaction."""
        self.most_together = most

    # Control

    def use(self, kind: QueueKind) -> None:
        self.core.use(DISCIPLINES[kind](), kind, self.now)
        self.model.mode = kind
        self.ear.due["mode"] += 1

    def flush(self) -> None:
        mark = self.core.flush()
        if mark != self.model.accepted:
            raise Violation("flush", f"mark {mark} after {self.model.accepted} were accepted")
        self.flushed = mark
        self.marks.append(mark)

    def pause(self, paused: bool) -> None:
        self.core.pause(paused, self.now)
        self.ear.due["mode"] += paused != self.is_paused
        self.is_paused = paused

    def configure(self, options: Mapping[str, Any]) -> None:
        """Other limits from now on; what is held may be more than they allow."""
        config = QueueConfig(**options)
        self.core.configure(config, self.now)
        self._is_reconfigured = True
        self.model.config = config
        self.rules.configure(config)
        self._is_mortal = self._is_mortal or config.time_to_live > 0
        self.allowed = len(self.model.here), self.model.bytes

    def close(self) -> None:
        self.core.close()
        self.model.closed, self.is_paused = True, False

    def calm(self) -> None:
        """All faults end. What is held is settled soon, and every flush with it."""
        self.weather()
        self.quota(None)
        self.pause(False)
        self.flush()
        config = self.core.config
        pause = config.breaker_cooldown + config.retry_max_delay + config.batch_timeout + 10
        self.run(config.write_timeout)
        for _ in range(PATIENCE * (1 + len(self.model.here))):
            if not self.core.ledger.held:
                break
            self.run(pause)
        checks.settled(self)

    def open(self, options: Mapping[str, Any], kind: QueueKind = "priority") -> None:
        """The process dies, and a new one opens the same store."""
        self.crash(options, kind)

    # Helpers

    def _pick(self, pick: int) -> Entry | None:
        """One of the queued, mostly; else one that has been sealed or settled, or nobody."""
        queued = list(chain.from_iterable(self.model.lanes))
        if queued and pick % 8:
            return queued[pick % len(queued)]
        return next(iter(self.model.entries.values()), None)

    def _make(
        self, priority: int, size: int, poison: str = "", id: str | None = None
    ) -> QueuedTrace:
        self._made += 1
        id = id or f"{self._made}{poison}"
        head = f'{{"id":"{id}","name":"{self.source}.'
        trace_id = f"t{self._made % 50}" if self._made % 3 else ""
        tail = f'","priority":"{LABELS[priority]}","timestamp":0,"traceId":"{trace_id}"}}'
        text = head + PADDING[: max(0, size - len(head) - len(tail))] + tail
        return QueuedTrace(id, priority, self.now, trace_id, text, len(text), self.now)


def _show(item: QueuedTrace) -> str:
    return f"{LABELS[item.priority]} {item.id!r} of {item.size} bytes"
