"""The event loop around the queue, on virtual time: it starts batches and brings answers, when and
as `pyqueue.writer` does."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ...batch import Batch
from ...config import QueueKind
from ...errors import StoreRejected, StoreUnavailable
from ...verdict import Reason
from . import checks
from .session import MakeCore, Session
from .store import NO_ANSWER, WRITES, Fate
from .violation import Violation

MOST_BATCHES = 30
"""In one `run`: after so many answers there is nothing new to learn."""
LATE = 2_000
"""ms after which a write that was given up reaches the store."""


class Loop(Session):
    """Batches under way, and when their answers come."""

    def __init__(self, make_core: MakeCore) -> None:
        self.skew = 0.0
        self._answers: list[tuple[float, int, Batch, Fate]] = []
        """A heap by time, then by the order of starting."""
        self._landings: deque[tuple[float, Batch]] = deque()
        super().__init__(make_core)

    def run(self, ms: float) -> None:
        """Time passes: timers fire, batches start, the store answers; it stops at so many answers
        that nothing new is to be learned."""
        until, enough = self.now + ms, self.batches + MOST_BATCHES
        due: float | None = None
        while self.batches < enough:
            before = self.core.batcher.breaker.state
            started = self._pump()
            # A breaker whose time has come becomes half-open, but waits for what is under way.
            turned = self.core.batcher.breaker.state != before
            if due == self.now and not started and not turned:
                raise Violation("wake", f"nothing to do at {due}, as wake_at had promised")
            wake = self.core.wake_at(self.now)
            answer = self._answers[0][0] if self._answers else until + 1
            at = min(answer, until + 1 if wake is None else wake)
            if at > until:
                break
            due = wake if wake is not None and wake < answer else None
            self.now = max(self.now, at)
            if due is None:
                _, _, batch, fate = heapq.heappop(self._answers)
                self._answer(batch, fate)
        else:
            return
        self.now = until

    def crash(self, options: Mapping[str, Any], kind: QueueKind) -> None:
        """The process dies, with half of what is under way on its way to the store."""
        for _, _, batch, fate in sorted(self._answers, key=lambda answer: answer[:2]):
            if fate in WRITES and batch.number % 2:
                self.store.answer(batch, fate)
        self._answers.clear()
        self.end()
        self._begin(options, kind)

    def end(self) -> None:
        """Compare with the store for the last time."""
        checks.audit(self)
        self._add_up()

    def _pump(self) -> bool:
        """Start what is due; whether there was anything."""
        started = not self.is_paused and self._expire()
        while batches := self.core.next_batches(self.now, self.most_together):
            started = True
            checks.transaction_may_start(self, batches)
            fate, delay = self.store.next_fate()
            if fate in NO_ANSWER or delay > self.core.config.write_timeout:
                delay = self.core.config.write_timeout
            for batch in batches:
                self.batches += 1
                self._start(batch)
                heapq.heappush(self._answers, (self.now + delay, self.batches, batch, fate))
            checks.account_is_right(self, batches)
        checks.nothing_is_left_undone(self)
        self.ear.listen(self.core, self.model, self.now)
        return started

    def _start(self, batch: Batch) -> None:
        checks.batch_may_start(self, batch)
        for item in batch.traces():
            self.model.move(self.model.entries[item.id], "in_flight")
        self.under_way[batch.number] = batch

    def _answer(self, batch: Batch, fate: Fate) -> None:
        self._land()
        error = self.store.answer(batch, fate)
        before = self.core.batcher.breaker.state
        del self.under_way[batch.number]
        if error is None:
            self._written(batch)
        else:
            self._failed(batch, error, before)
        checks.breaker(self, before, error)
        if fate == "twice":
            self._repeat(batch, error)
        if fate == "late":
            self._landings.append((self.now + LATE, batch))

    def _land(self) -> None:
        """What comes late to the store is there all the same."""
        while self._landings and self._landings[0][0] <= self.now:
            self.store.answer(self._landings.popleft()[1], "ok")  # nobody hears it

    def _written(self, batch: Batch) -> None:
        self.core.written(batch, self.now)
        self.failures_in_a_row = 0
        self.ear.due["batch"] += 1
        for item in batch.traces():
            self.model.move(self.model.entries[item.id], "written")
            if self.store.times.get(item.id) != 1:
                raise Violation("durable", f"{item.id} is written, but not stored")

    def _failed(self, batch: Batch, error: Exception, before: str) -> None:
        letters = self.core.failed(batch, error, self.now, self.now + self.skew)
        self.ear.due["error"] += 1
        rejected = isinstance(error, StoreRejected)
        outage = isinstance(error, StoreUnavailable)
        self.failures_in_a_row = 0 if rejected else self.failures_in_a_row + 1
        entries = [self.model.entries[item.id] for item in batch.traces()]
        # An error of no known kind may count against the batch also while the store ails.
        counts = rejected or (before == "closed" and not outage)
        for entry in entries:
            entry.strikes += counts
            entry.doubts += not counts and not outage
            self.model.counts["failures"][entry.priority] += 1
            self.model.move(entry, "retrying")
        alone, most = entries[0] if len(entries) == 1 else None, self.core.config.max_retries
        must_die = alone and counts and alone.strikes > most and not self._is_reconfigured
        may_die = alone and alone.strikes + alone.doubts > most
        died = [letter.id for letter in letters]
        if (must_die and not died) or (died and not (alone and may_die and died == [alone.id])):
            raise Violation("dead letters", f"{died} of {[entry.id for entry in entries]}")
        if died and outage:
            raise Violation("dead letters", f"{died} because of an outage")
        if not letters:
            return
        if letters[0].time != self.now + self.skew:
            raise Violation("dead letters", f"{letters[0].time=}")
        self.model.move(entries[0], "dead")
        self.rules.forget(entries[0].id)
        self.model.dropped[Reason.RETRIES] += 1
        self.ear.due["deadletter"] += 1
        self.ear.due["drop"] += 1

    def _repeat(self, batch: Batch, error: Exception | None) -> None:
        """The same answer again: it may be refused, but must not count."""
        with suppress(LookupError):
            if error is None:
                self.core.written(batch, self.now)
            else:
                self.core.failed(batch, error, self.now, self.now)
