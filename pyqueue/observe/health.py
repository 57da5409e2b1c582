"""A queue's health as a grade with its reasons: a table of signs, read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .metrics import QueueMetrics
from .windows import WindowMetrics

Grade = Literal["healthy", "degraded", "unhealthy"]


@dataclass(frozen=True, slots=True)
class Health:
    """The worst grade of all signs, and every sign that is not healthy."""

    grade: Grade
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the signs are read from; `window` is the last hour."""

    metrics: QueueMetrics
    window: WindowMetrics
    capacity: float
    """Share of the queue's places or bytes that is used, whichever is more."""
    unreviewed: int
    """Dead letters of this run that nobody reviewed."""


_SIGNS: tuple[tuple[str, Callable[[Vitals], float], float, float], ...] = (
    ("the queue is {:.0%} full", lambda v: v.capacity, 0.7, 0.9),
    (
        "{:.0f} traces were in failed writes in the last hour",
        lambda v: v.window.failures,
        50,
        1_000,
    ),
    (
        "{:.1%} were dropped in the last hour",
        lambda v: v.window.drop_rate if v.metrics.consent else 0.0,  # then it is as it should be
        0.01,
        0.05,
    ),
    ("{:.0f} dead letters are not reviewed", lambda v: v.unreviewed, 20, 50),
)
"""Text, value, and from where on it is degraded and unhealthy; the limits of seed 003 where it has
them, the drop rate of seed 000."""


def diagnose(vitals: Vitals) -> Health:
    """Read all signs."""
    found: list[tuple[Grade, str]] = []
    if vitals.metrics.breaker != "closed":
        grade: Grade = "unhealthy" if vitals.metrics.breaker == "open" else "degraded"
        found.append((grade, f"the circuit breaker is {vitals.metrics.breaker}"))
    if not vitals.metrics.consent:
        found.append(("degraded", "there is no consent: every trace is refused"))
    if vitals.metrics.pressure == "hard":
        found.append(("degraded", "memory pressure is hard"))
    for text, read, degraded, unhealthy in _SIGNS:
        value = read(vitals)
        if value >= degraded:
            found.append(("unhealthy" if value >= unhealthy else "degraded", text.format(value)))
    grades = {grade for grade, _ in found}
    worst: Grade = "unhealthy" if "unhealthy" in grades else "degraded" if grades else "healthy"
    return Health(worst, tuple(reason for _, reason in found))
