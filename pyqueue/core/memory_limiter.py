"""How close the memory is to its limits: `none`, `soft` or `hard`.

Two sources: the queue's own exact count and bytes, and the platform's heap where it tells one.
Each level is left at a lower mark than it was entered at, so that it does not flicker. The
WebAssembly heap is not a source: it never shrinks, so a limit on it would never be left again.
"""

from __future__ import annotations

from typing import Literal

from ..config import QueueConfig
from ..ports import HeapReading

Pressure = Literal["none", "soft", "hard"]

SOFT_ENTER, SOFT_LEAVE = 0.80, 0.60
HARD_ENTER, HARD_LEAVE = 0.98, 0.90
HEAP_LEAVE = 0.95


class MemoryLimiter:
    """Follows the readings. `heap_threshold` is a share of the platform's limit."""

    def __init__(self, config: QueueConfig) -> None:
        self.configure(config)
        self.heap: HeapReading | None = None
        self.pressure: Pressure = "none"
        self.is_tight = False
        """Whether the heap is above its threshold, or was and is not yet well below it."""

    def configure(self, config: QueueConfig) -> None:
        """Measure by these limits from now on."""
        self._max_count = config.max_queue_size
        self._max_bytes = config.max_queue_bytes
        self._heap_threshold = config.heap_threshold

    def heap_is_tight(self, more: int = 0) -> bool:
        """Whether the heap, with `more` bytes, is above its threshold; False where it is
        unknown."""
        heap = self.heap
        return heap is not None and heap.used + more > heap.limit * self._heap_threshold

    def update(self, held: int, held_bytes: int) -> bool:
        """Take the queue's count and bytes; whether the level changed."""
        before = self.pressure
        share = max(held / self._max_count, held_bytes / self._max_bytes)
        if before == "none" and share < SOFT_ENTER and self.heap is None:
            return False  # the usual case, asked for each trace
        self.is_tight = self._heap_share() > (HEAP_LEAVE if self.is_tight else 1)
        self.pressure = self._level(share)
        return self.pressure != before

    def _heap_share(self) -> float:
        """The heap's use, as a share of what its threshold allows."""
        allowed = self.heap.limit * self._heap_threshold if self.heap else 0
        return self.heap.used / allowed if self.heap and allowed else 0.0

    def _level(self, share: float) -> Pressure:
        hard_mark = HARD_LEAVE if self.pressure == "hard" else HARD_ENTER
        if self.is_tight or share >= hard_mark:
            return "hard"
        soft_mark = SOFT_ENTER if self.pressure == "none" else SOFT_LEAVE
        return "soft" if share >= soft_mark else "none"
