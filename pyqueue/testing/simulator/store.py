"""The simulated store: `MemoryStore` behind faults, and a count of what it holds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Literal
from zlib import crc32

from ...batch import Batch
from ...errors import StoreRejected, StoreUnavailable
from ...storage.memory import MemoryStore
from .violation import Violation

Fate = Literal[
    "ok", "down", "rejected", "error", "lost", "lost_error", "partial", "silent", "mute", "late",
    "twice",
]  # fmt: skip

FATES: dict[Fate, str] = {
    "ok": "written",
    "down": "StoreUnavailable; nothing written",
    "rejected": "StoreRejected; nothing written",
    "error": "an error of no known kind; nothing written",
    "lost": "written, but the answer is StoreUnavailable",
    "lost_error": "written, but the answer is an error of no known kind",
    "partial": "the first row is there, but the answer is StoreUnavailable",
    "silent": "no answer; nothing written",
    "mute": "written, but no answer",
    "late": "no answer; written long after the queue gave up waiting",
    "twice": "written, and the answer comes twice",
}
WRITES = ("ok", "lost", "lost_error", "mute", "twice")
NO_ANSWER = ("silent", "mute", "late")


class SimulatedStore:
    """Each write takes the next of `fates`, a ring of (what happens, how many ms it takes)."""

    def __init__(self) -> None:
        self.fates: tuple[tuple[Fate, float], ...] = (("ok", 1.0),)
        self.quota = float("inf")
        """Bytes of rows that it holds at most."""
        self.times: dict[str, int] = {}
        """How often each id is stored."""
        self.digest = 0
        self.bytes = 0
        self._inner = MemoryStore()
        self._writes = 0

    def next_fate(self) -> tuple[Fate, float]:
        self._writes += 1
        return self.fates[self._writes % len(self.fates)]

    def answer(self, batch: Batch, fate: Fate) -> Exception | None:
        """Do what the fate says; the error that the queue is told, if any."""
        for item in batch.traces():
            if item.id.endswith(("!", "?")):
                return StoreRejected("poison") if item.id.endswith("!") else ValueError("poison")
        if fate in WRITES or fate == "partial":
            if self.bytes + sum(row.bytes for row in batch.rows) > self.quota:
                return StoreUnavailable("quota")
            self.write(batch if fate != "partial" else _first_row(batch))
        if fate in ("ok", "twice"):
            return None
        if fate in ("error", "lost_error"):
            return OSError(fate)
        return StoreRejected(fate) if fate == "rejected" else StoreUnavailable(fate)

    def write(self, batch: Batch) -> None:
        """Into the memory store, as its contract says; no id may be there twice."""
        rows = self._inner.rows
        before = len(rows)
        with suppress(StopIteration):
            self._inner.write(batch).send(None)
        ids = {seq: item.id for _, seq, item in batch.placed()}
        for row in rows[before:]:
            self.bytes += row.bytes
            self.digest = crc32(str(row.data).encode(), self.digest)
            for seq in range(row.seq_first, row.seq_last + 1):
                self.times[ids[seq]] = times = self.times.get(ids[seq], 0) + 1
                if times > 1:
                    raise Violation("stored twice", f"{ids[seq]}, now in {row.seq_first=}")


def _first_row(batch: Batch) -> Batch:
    return replace(batch, rows=batch.rows[:1], lanes=batch.lanes[:1])
