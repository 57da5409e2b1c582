"""What happened in the last minutes: differences between snapshots of the account, no more than a
minute apart where anything happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

MINUTE = 60_000.0

MOST_MINUTES = 1_440
"""A day."""


Snapshot: TypeAlias = tuple[float, Mapping[str, int]]


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
    """Keeps snapshots for a day. Times are ms on the queue's clock."""

    def __init__(self, now: float) -> None:
        self._started_at = now
        self._latest: Snapshot = (now, {})
        self._snapshots: deque[Snapshot] = deque([self._latest])

    def note(self, now: float, totals: Mapping[str, int]) -> None:
        """Something happened."""
        kept = self._snapshots
        if now - kept[-1][0] > MINUTE and self._latest is not kept[-1]:
            kept.append(self._latest)
        self._latest = (now, totals)
        while len(kept) > 1 and now - kept[1][0] > MOST_MINUTES * MINUTE:
            kept.popleft()

    def window(self, minutes: float, now: float, totals: Mapping[str, int]) -> WindowMetrics:
        """The last `minutes`, from 1 to 1,440; ValueError for others."""
        if not 0 < minutes <= MOST_MINUTES:
            raise ValueError(f"minutes must be in 1..{MOST_MINUTES}, not {minutes!r}")
        start = now - minutes * MINUTE
        known = (*self._snapshots, self._latest)
        before = next((totals for at, totals in reversed(known) if at <= start), {})
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
