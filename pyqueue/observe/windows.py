"""What happened in the last minutes: differences between snapshots of the account, one a minute."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60_000.0

MOST_MINUTES = 1_440
"""A day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowMetrics:
    """Counts of the last `minutes`, exact to a minute; rates are in 0..1."""

    minutes: float
    offered: int
    written: int
    dropped: int
    """Refused, evicted and dead."""
    failures: int
    throughput: float
    """Traces made durable per second."""
    success_rate: float
    """Written among written and dead; 1 where there was neither."""
    drop_rate: float
    """Dropped among the offered; 0 where nothing was offered. Evictions of earlier ones count too,
    so it is capped at 1."""


class History:
    """Keeps one snapshot a minute, for a day. Times are ms on the queue's clock."""

    def __init__(self, now: float) -> None:
        self._started_at = now
        self._snapshots: deque[tuple[float, Mapping[str, int]]] = deque(maxlen=MOST_MINUTES + 1)

    def is_due(self, now: float) -> bool:
        """Whether the last snapshot is a minute old."""
        return not self._snapshots or now - self._snapshots[-1][0] >= MINUTE

    def note(self, now: float, totals: Mapping[str, int]) -> None:
        """Keep a snapshot."""
        self._snapshots.append((now, totals))

    def window(self, minutes: float, now: float, totals: Mapping[str, int]) -> WindowMetrics:
        """The last `minutes`, from 1 to 1,440; ValueError for others."""
        if not 0 < minutes <= MOST_MINUTES:
            raise ValueError(f"minutes must be in 1..{MOST_MINUTES}, not {minutes!r}")
        start = now - minutes * MINUTE
        before = max((s for s in self._snapshots if s[0] <= start), default=(start, {}))[1]
        count = {name: total - before.get(name, 0) for name, total in totals.items()}
        dropped = count["refused"] + count["evicted"] + count["dead"]
        settled = count["written"] + count["dead"]
        seconds = min(minutes * MINUTE, max(1.0, now - self._started_at)) / 1000
        return WindowMetrics(
            minutes=minutes,
            offered=count["offered"],
            written=count["written"],
            dropped=dropped,
            failures=count["failures"],
            throughput=count["written"] / seconds,
            success_rate=count["written"] / settled if settled else 1.0,
            drop_rate=min(1.0, dropped / count["offered"]) if count["offered"] else 0.0,
        )
