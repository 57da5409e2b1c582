"""What must be true of one session's queue, in as few lines as it takes: who is where."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from itertools import chain

from ...config import QueueConfig, QueueKind
from ...core.ledger import STATES, State
from ...verdict import Reason

ENTERED: tuple[State, ...] = ("offered", "accepted", "queued")
HELD = ("queued", "in_flight", "retrying")


class Entry:
    """One trace that was accepted."""

    __slots__ = (
        "at",
        "doubts",
        "expires_at",
        "id",
        "number",
        "priority",
        "seq",
        "size",
        "state",
        "strikes",
    )

    def __init__(self, id: str, priority: int, size: int, number: int, at: float) -> None:
        self.id, self.priority, self.size, self.number, self.at = id, priority, size, number, at
        self.state: State = "queued"
        self.seq = self.strikes = self.doubts = 0
        self.expires_at = float("inf")


class Model:
    """The traces by state, and the queued ones by priority in the order of acceptance."""

    def __init__(self, config: QueueConfig, mode: QueueKind) -> None:
        self.config, self.mode, self.closed = config, mode, False
        self.entries: dict[str, Entry] = {}
        self.here: dict[str, Entry] = {}
        self.lanes: tuple[list[Entry], ...] = ([], [], [], [])
        self.counts: dict[State, list[int]] = {state: [0, 0, 0, 0] for state in STATES}
        self.dropped: Counter[Reason] = Counter()
        self.bytes = self.queued = self.accepted = 0

    def accept(self, entry: Entry) -> None:
        self.entries[entry.id] = self.here[entry.id] = entry
        self.lanes[entry.priority].append(entry)
        for state in ENTERED:
            self.counts[state][entry.priority] += 1
        self.accepted, self.queued = self.accepted + 1, self.queued + 1
        self.bytes += entry.size

    def refuse(self, priority: int, reason: Reason) -> None:
        self.counts["offered"][priority] += 1
        self.counts["refused"][priority] += 1
        self.dropped[reason] += 1

    def move(self, entry: Entry, state: State) -> None:
        self.counts[entry.state][entry.priority] -= 1
        self.counts[state][entry.priority] += 1
        if entry.state == "queued":
            self.lanes[entry.priority].remove(entry)
            self.queued -= 1
        entry.state = state
        if state not in HELD:
            del self.here[entry.id]
            self.bytes -= entry.size

    def change(self, entry: Entry, priority: int, growth: int) -> None:
        for state in ENTERED:
            self.counts[state][entry.priority] -= 1
            self.counts[state][priority] += 1
        self.lanes[entry.priority].remove(entry)
        entry.priority, entry.size, self.bytes = priority, entry.size + growth, self.bytes + growth
        insort(self.lanes[priority], entry, key=lambda other: other.number)

    def room(
        self, priority: int, count: int, size: int, tight: bool, but: Entry | None = None
    ) -> tuple[Reason, list[Entry] | None]:
        """Who has to go for so much to enter, and why: the lowest, the oldest first. None: even
        all that matter less are not enough."""
        over = len(self.here) + count - self.config.max_queue_size
        bytes_over = self.bytes + size - self.config.max_queue_bytes
        if not count:  # one that is here is to grow
            over, bytes_over = 0, min(size, bytes_over)
        full = Reason.QUEUE_FULL if over > 0 else Reason.QUEUE_BYTES
        reason = full if over > 0 or bytes_over > 0 else Reason.MEMORY
        if tight and (self.mode != "priority" or priority < 3):
            bytes_over = max(bytes_over, size)
        victims: list[Entry] = []
        for entry in [] if self.mode == "fifo" else chain(*self.lanes[:priority]):
            if over <= 0 and bytes_over <= 0:
                break
            if entry is not but:
                victims.append(entry)
                over, bytes_over = over - 1, bytes_over - entry.size
        return reason, victims if over <= 0 and bytes_over <= 0 else None
