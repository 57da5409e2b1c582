"""The counters of a session, and the law that they keep at every instant:

    offered = refused + accepted
    accepted = written + evicted + cancelled + dead + queued + in_flight + retrying

A trace moves from one state to another in a single step, so the law holds by construction; what is
held (queued, in flight, retrying) is also counted in bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from ..priority import HIGHEST_FIRST
from ..verdict import Reason

State = Literal[
    "offered", "accepted", "refused", "evicted", "cancelled", "written", "dead",
    "queued", "in_flight", "retrying", "failures",
]  # fmt: skip

STATES: tuple[State, ...] = (
    "offered", "accepted", "refused", "evicted", "cancelled", "written", "dead",
    "queued", "in_flight", "retrying", "failures",
)  # fmt: skip

HELD: tuple[State, ...] = ("queued", "in_flight", "retrying")


class Ledger:
    """Counts by state and priority. Each public method is one thing that can happen to traces."""

    def __init__(self) -> None:
        self._counts: dict[State, list[int]] = {state: [0, 0, 0, 0] for state in STATES}
        self.dropped: Counter[Reason] = Counter()
        self.held = 0
        self.held_bytes = 0
        self.batches = 0
        self.full_batches = 0
        self.urgent_batches = 0

    def __repr__(self) -> str:
        shown = ", ".join(f"{state}={sum(self._counts[state])}" for state in STATES)
        return f"<Ledger {shown}, held_bytes={self.held_bytes}>"

    def of(self, state: State) -> list[int]:
        """The counts of a state, by priority number."""
        return list(self._counts[state])

    def totals(self) -> dict[str, int]:
        """The counts of all states, over all priorities."""
        return {state: self.total(state) for state in STATES}

    def total(self, state: State) -> int:
        return sum(self._counts[state])

    def refuse(self, priority: int, reason: Reason) -> None:
        self._counts["offered"][priority] += 1
        self._counts["refused"][priority] += 1
        self.dropped[reason] += 1

    def accept(self, priority: int, size: int, count: int = 1) -> None:
        self._counts["offered"][priority] += count
        self._counts["accepted"][priority] += count
        self._counts["queued"][priority] += count
        self.held += count
        self.held_bytes += size

    def evict(self, priority: int, size: int, reason: Reason, source: State = "queued") -> None:
        self._settle(source, "evicted", priority, 1, size)
        self.dropped[reason] += 1

    def cancel(self, priority: int, size: int) -> None:
        self._settle("queued", "cancelled", priority, 1, size)

    def reprioritize(self, old: int, new: int, growth: int) -> None:
        """A queued trace counts from now on as if it had come with its new priority."""
        counted: tuple[State, ...] = ("offered", "accepted", "queued")
        for state in counted:
            self._counts[state][old] -= 1
            self._counts[state][new] += 1
        self.held_bytes += growth

    def seal(self, priority: int, count: int) -> None:
        self._move("queued", "in_flight", priority, count)

    def retry(self, priority: int, count: int) -> None:
        """Back into flight, after a wait."""
        self._move("retrying", "in_flight", priority, count)

    def fail(self, priority: int, count: int) -> None:
        """An attempt failed; the traces wait for the next."""
        self._move("in_flight", "retrying", priority, count)
        self._counts["failures"][priority] += count

    def write(self, priority: int, count: int, size: int) -> None:
        self._settle("in_flight", "written", priority, count, size)

    def bury(self, priority: int, count: int, size: int) -> None:
        """Given up, after an attempt that failed."""
        self._settle("retrying", "dead", priority, count, size)
        self.dropped[Reason.RETRIES] += count

    def account(self, session: str, now: float) -> dict[str, Any]:
        """What the store keeps of this session beside a batch: the counters as they are once all
        that is in flight is written. If a write fails, the next one's account corrects it."""
        counts: dict[str, Any] = {**self.totals()}
        counts["written"] += counts["in_flight"]
        counts["in_flight"] = 0
        dropped = {reason.value: count for reason, count in self.dropped.items()}
        return {"session": session, "updated": now, **counts, "dropped_by_reason": dropped}

    def broken_laws(self) -> list[str]:
        """The law's equations that do not hold, per priority. Always empty; tests ask."""
        broken = []
        for p in HIGHEST_FIRST:
            c = {state: counts[p] for state, counts in self._counts.items()}
            if c["offered"] != c["refused"] + c["accepted"]:
                broken.append(f"priority {p}: offered != refused + accepted: {c}")
            settled = c["written"] + c["evicted"] + c["cancelled"] + c["dead"]
            if c["accepted"] != settled + c["queued"] + c["in_flight"] + c["retrying"]:
                broken.append(f"priority {p}: accepted != settled + held: {c}")
            if min(c.values()) < 0:
                broken.append(f"priority {p}: a count is negative: {c}")
        if self.held != sum(self.total(state) for state in HELD):
            broken.append(f"{self.held} held is not queued + in_flight + retrying")
        if self.held_bytes < 0 or (self.held == 0) != (self.held_bytes == 0):
            broken.append(f"held_bytes {self.held_bytes} with {self.held} traces held")
        return broken

    def _move(self, source: State, target: State, priority: int, count: int) -> None:
        self._counts[source][priority] -= count
        self._counts[target][priority] += count

    def _settle(self, source: State, target: State, priority: int, count: int, size: int) -> None:
        """Out of the queue, for good."""
        self._move(source, target, priority, count)
        self.held -= count
        self.held_bytes -= size
