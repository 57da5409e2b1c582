"""A token bucket for each source and priority.

Source: Jonathan Turner, "New directions in communications", IEEE Communications Magazine, 1986.
"""

from __future__ import annotations

from collections.abc import Hashable

MAX_BUCKETS = 1_000
"""Traces name their sources, so there may be any number; the one not heard of longest goes."""


class RateLimiter:
    """Lets `rate` a second through for each key, and up to `burst` at once. Times are ms."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate / 1000
        self._burst = burst
        self._buckets: dict[Hashable, tuple[float, float]] = {}
        """Tokens by key, and when they were counted; the key used last is the last one."""

    def allows(self, key: Hashable, now: float) -> bool:
        """Whether one more may pass now; takes a token if so."""
        tokens, counted_at = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - counted_at) * self._rate)
        passes = tokens >= 1
        self._buckets[key] = (tokens - passes, now)
        if len(self._buckets) > MAX_BUCKETS:
            del self._buckets[next(iter(self._buckets))]
        return passes
