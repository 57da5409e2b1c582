"""Listens to the queue's events: each edge is told once, each thing that happened is told once."""

from __future__ import annotations

from collections import Counter

from ...core.queue import QueueCore
from ...events import EventKind
from .model import Model
from .violation import Violation

EDGES = {
    ("closed", "open"), ("open", "half-open"), ("half-open", "open"), ("half-open", "closed"),
    ("open", "closed"),  # a write that started before it opened ends well
}  # fmt: skip


class Ear:
    """Counts what is told; the world counts in `due` what should be."""

    def __init__(self) -> None:
        self.due: Counter[EventKind] = Counter()
        self._told: Counter[EventKind] = Counter()
        self._level = "none"
        self._breaker = "closed"
        self._tight = False
        self._drained_at = 0

    def listen(self, core: QueueCore, model: Model, now: float) -> None:
        if not model.here and model.accepted != self._drained_at:
            self._drained_at = model.accepted
            self.due["drained"] += 1
        for event in core.take_events(now):
            payload = event.payload
            if event.kind == "backpressure":
                if payload["level"] == self._level:
                    raise Violation("edges", f"backpressure {self._level} told twice")
                self._level = payload["level"]
            elif event.kind == "breaker":
                if (self._breaker, payload["state"]) not in EDGES:
                    raise Violation("edges", f"breaker {self._breaker} → {payload['state']}")
                self._breaker = payload["state"]
            elif event.kind == "memory":
                if payload["tight"] == self._tight:
                    raise Violation("edges", f"memory {self._tight} told twice")
                self._tight = payload["tight"]
            else:
                self._told[event.kind] += payload["count"] if event.kind == "drop" else 1
        if not dict.__eq__(self._told, self.due) and self._told != self.due:
            raise Violation("events", f"told {dict(self._told)}, but {dict(self.due)} happened")
        state = core.batcher.breaker.state
        # Half-open is told when the probe starts.
        told = self._breaker if (self._breaker, state) != ("open", "half-open") else state
        actual = core.limiter.pressure, state, core.limiter.is_tight
        if actual != (self._level, told, self._tight):
            told_last = self._level, self._breaker, self._tight
            raise Violation("edges", f"told last {told_last}, but it is {actual}")
