"""Latencies as a histogram: a fixed few numbers, however many traces."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import repeat

_BOUNDS = tuple(0.1 * 2 ** (step / 8) for step in range(241))
"""Upper bounds in ms, eight to an octave: 0.1 ms to 30 hours. Quantiles are up to 9.1% too high."""


class LatencyHistogram:
    """Counts of waits, in ms."""

    __slots__ = ("_buckets", "_sum", "count", "max")

    def __init__(self) -> None:
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self._sum = 0.0
        self.count = 0
        self.max = 0.0

    def add(self, waits: Sequence[float]) -> None:
        """At least one; what runs in C takes a third of the time."""
        if min(waits) < 0.0:  # the clocks of page and worker may differ by a fraction of a ms
            waits = [max(0.0, wait) for wait in waits]
        for bucket, count in Counter(map(bisect_left, repeat(_BOUNDS), waits)).items():
            self._buckets[bucket] += count
        self._sum += sum(waits)
        self.count += len(waits)
        self.max = max(self.max, *waits)

    def add_evenly(self, shortest: float, longest: float, count: int) -> None:
        """So many, as if at equal intervals from the shortest to the longest."""
        shortest, longest = max(0.0, shortest), max(0.0, longest)
        first, last = bisect_left(_BOUNDS, shortest), bisect_left(_BOUNDS, longest)
        below = 0
        for bucket in range(first, last):
            share = (_BOUNDS[bucket] - shortest) / (longest - shortest)
            upto = round(count * share)
            self._buckets[bucket] += upto - below
            below = upto
        self._buckets[last] += count - below
        self._sum += count * (shortest + longest) / 2
        self.count += count
        self.max = max(self.max, longest)

    @property
    def mean(self) -> float | None:
        return self._sum / self.count if self.count else None

    def quantile(self, share: float) -> float | None:
        """The smallest bound that `share` of the waits do not pass; None without any wait."""
        if not self.count:
            return None
        rank = share * self.count
        seen = 0
        for bound, count in zip((*_BOUNDS, self.max), self._buckets, strict=True):
            seen += count
            if count and seen >= rank:
                return min(bound, self.max)
        return self.max
