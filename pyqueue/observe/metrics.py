"""The frozen snapshot that `metrics()` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.latency import LatencyHistogram
from ..core.ledger import STATES, Ledger
from ..priority import HIGHEST_FIRST, LABELS

PerPriority = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueueMetrics:
    """A queue at one instant. Counts are traces; times ms; rates are in 0..1.

    `failures` counts traces in failed write attempts; it is outside the law (see `core.ledger`).
    """

    offered: int
    accepted: int
    refused: int
    evicted: int
    cancelled: int
    written: int
    dead: int
    queued: int
    in_flight: int
    retrying: int
    failures: int
    by_priority: Mapping[str, Mapping[str, int]]
    dropped_by_reason: Mapping[str, int]
    throughput: float
    """Traces made durable per second of uptime."""
    avg_latency: PerPriority
    latency_p50: PerPriority
    latency_p90: PerPriority
    latency_p99: PerPriority
    latency_max: PerPriority
    memory_usage: int
    """Bytes of encoded traces that the queue holds."""
    heap: Mapping[str, float] | None
    """`{used, limit}` as the platform tells it."""
    pressure: str
    batches: int
    full_batches: int
    """Those sealed because the target or a limit was reached."""
    urgent_batches: int
    """Those sealed at once for CRITICAL traces alone."""
    batch_efficiency: float
    """Full batches among those that were not urgent, that is, could wait to become full."""
    drop_rate: float
    """Refused, evicted and dead among the offered."""
    batch_target: int
    """Traces that make a batch full at present; it follows the load."""
    breaker: str
    mode: str
    consent: bool
    """Whether traces may be kept; while they may not, all are refused."""
    uptime: float

    def __repr__(self) -> str:
        ended = ("written", "evicted", "cancelled", "dead", "queued", "in_flight", "retrying")
        parts = [f"{getattr(self, state)} {state}" for state in ended if getattr(self, state)]
        return (
            f"<QueueMetrics {self.mode}: {self.offered} offered = {self.refused} refused + "
            f"{self.accepted} accepted ({', '.join(parts) or 'none'}); "
            f"{self.memory_usage} bytes held, pressure {self.pressure}, breaker {self.breaker}>"
        )


def counts_of(ledger: Ledger) -> dict[str, Any]:
    """The ledger's part of the metrics."""
    lost = ledger.total("refused") + ledger.total("evicted") + ledger.total("dead")
    patient = ledger.batches - ledger.urgent_batches
    return {
        **ledger.totals(),
        "by_priority": {
            LABELS[p]: {state: ledger.of(state)[p] for state in STATES} for p in HIGHEST_FIRST
        },
        "dropped_by_reason": {reason.value: count for reason, count in ledger.dropped.items()},
        "memory_usage": ledger.held_bytes,
        "batches": ledger.batches,
        "full_batches": ledger.full_batches,
        "urgent_batches": ledger.urgent_batches,
        "batch_efficiency": ledger.full_batches / patient if patient else 0.0,
        "drop_rate": lost / ledger.total("offered") if lost else 0.0,
    }


def latencies_of(histograms: tuple[LatencyHistogram, ...]) -> dict[str, Any]:
    """The latencies' part, by priority name."""
    named = {LABELS[p]: histograms[p] for p in HIGHEST_FIRST}
    return {
        "avg_latency": {label: h.mean for label, h in named.items()},
        "latency_p50": {label: h.quantile(0.5) for label, h in named.items()},
        "latency_p90": {label: h.quantile(0.9) for label, h in named.items()},
        "latency_max": {label: h.max if h.count else None for label, h in named.items()},
        "latency_p99": {label: h.quantile(0.99) for label, h in named.items()},
    }
