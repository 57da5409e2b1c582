"""What a report tells at its end of the traces in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..priority import LABELS
from .record import Trace, failed
from .wording import iso_time


class Tally:
    """Figures of the traces that were added; in constant memory."""

    def __init__(self) -> None:
        self.count = 0
        self.failed = 0
        self.by_priority: Counter[str] = Counter()
        self.total_duration = 0.0
        self.slowest: tuple[float, str] | None = None
        """Duration in ms and name."""
        self.since = float("inf")
        self.until = float("-inf")

    def add(self, trace: Trace) -> None:
        duration, timestamp = trace["duration"], trace["timestamp"]
        self.count += 1
        self.failed += failed(trace)
        self.by_priority[trace["priority"]] += 1
        self.total_duration += duration
        self.since, self.until = min(self.since, timestamp), max(self.until, timestamp)
        if self.slowest is None or duration > self.slowest[0]:
            self.slowest = duration, trace["name"]

    @property
    def average_duration(self) -> float:
        return self.total_duration / self.count if self.count else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {
            "count": self.count,
            "failed": self.failed,
            "byPriority": {label: self.by_priority[label] for label in reversed(LABELS)},
            "duration": {"total": self.total_duration, "average": self.average_duration},
        }
        if self.slowest is not None:
            duration, name = self.slowest
            found["slowest"] = {"name": name, "duration": duration}
            found |= {"since": iso_time(self.since), "until": iso_time(self.until)}
        return found
