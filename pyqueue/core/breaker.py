"""A circuit breaker: it stops writing to a store that keeps failing, and probes until it is well.

    closed ──threshold failures in a row──▶ open ──cooldown──▶ half-open ──success──▶ closed
                                             ▲                     │
                                             └──────failure────────┘

Source: Michael Nygard, "Release It!", 2007. Nothing is refused or lost while it is open.
"""

from __future__ import annotations

from typing import Literal

BreakerState = Literal["closed", "open", "half-open"]


class Breaker:
    """Counts failures in a row, and says whether a write may start."""

    def __init__(self, threshold: int = 10, cooldown: float = 5_000) -> None:
        self.threshold = threshold
        self.cooldown = cooldown
        self._failures = 0
        self._opened_at = 0.0
        self.state: BreakerState = "closed"

    def probe_at(self) -> float | None:
        """When the next probe may start, where it is open."""
        return self._opened_at + self.cooldown if self.state == "open" else None

    def probe_now(self) -> None:
        """Don't wait for the cooldown."""
        if self.state == "open":
            self.state = "half-open"

    def allows(self, now: float, in_flight: int) -> bool:
        """Whether a write may start; moves from open to half-open when it is time."""
        if self.state == "open" and now >= self._opened_at + self.cooldown:
            self.state = "half-open"
        if self.state == "half-open":
            return in_flight == 0  # one probe at a time
        return self.state == "closed"

    def succeeded(self) -> None:
        self._failures = 0
        self.state = "closed"

    def failed(self, now: float) -> None:
        self._failures += 1
        if self.state == "half-open" or self._failures >= self.threshold:
            self.state = "open"
            self._opened_at = now
