"""Which rows go: by age first, then the least important and oldest until every limit holds.

Pure. Rows go in the survey's order (lowest priority first, oldest first), so that what goes at last
is always the more important and the newer. The last of them is cut: no more of it goes than is in
excess. Traces of the last minute, by their own times, are left alone, since their writer may not
know yet that they are stored and may write them again; they are counted as though they went, so
that nothing more important goes in their place. What claims to come from the future is like any.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ports import RowFacts, StorageEstimate
from .policy import RetentionPolicy

SETTLING = 60_000
"""ms for which a row is left alone."""

Infinity = float("inf")


@dataclass(slots=True)
class Totals:
    """What is in the store."""

    rows: int = 0
    count: int = 0
    bytes: int = 0

    def add(self, row: RowFacts) -> None:
        self.rows += 1
        self.count += row.count
        self.bytes += row.bytes


@dataclass(slots=True)
class Excess:
    """Traces and bytes that are yet to go."""

    count: float
    bytes: float

    def __bool__(self) -> bool:
        return self.count > 0 or self.bytes > 0

    def is_met_by(self, count: float, size: float) -> bool:
        return bool(self) and self.count <= count and self.bytes <= size

    def take(self, count: float, size: float) -> None:
        self.count -= count
        self.bytes -= size


def bytes_allowed(policy: RetentionPolicy, estimate: StorageEstimate | None, stored: int) -> float:
    """The lower of `max_bytes` and our share: of what others leave of the quota, where it is known.

    `stored` is what we use ourselves."""
    if estimate is None or estimate.quota <= 0:
        share: float = policy.fallback_bytes
    else:
        others = max(0.0, estimate.usage - stored)
        share = policy.max_share * max(0.0, estimate.quota - others)
    return min(policy.max_bytes or Infinity, share)


@dataclass(slots=True)
class Plan:
    """The choice of one run. First every row is asked `is_expired`; then they go, in the
    same order again, until nothing is in `excess`."""

    policy: RetentionPolicy
    now: float
    """ms since the epoch."""
    totals: Totals = field(default_factory=Totals)
    excess: Excess = field(default_factory=lambda: Excess(0, 0))

    def is_expired(self, row: RowFacts) -> bool:
        """Whether it goes for its age alone."""
        max_age = self.policy.max_age
        return 0 < max_age < self.now - row.t_max and not self.is_settling(row)

    def is_cold(self, row: RowFacts) -> bool:
        """Whether it waits to be compacted."""
        return row.codec == "json" and row.t_max < self.now - self.policy.compact_after

    def limit(self, left: Totals, allowed: float) -> None:
        """The expired went: what of the rest is in excess of the limits?"""
        max_count = self.policy.max_count or Infinity
        self.excess = Excess(left.count - max_count, left.bytes - allowed)

    def is_settling(self, row: RowFacts) -> bool:
        return abs(row.t_max - self.now) < SETTLING
