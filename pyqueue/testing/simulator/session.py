"""One run of the queue, and what is expected of it: the model does what the queue is to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...batch import Batch
from ...config import QueueConfig, QueueKind
from ...core.lanes import BatchLanes, Discipline, FifoLane, PriorityLanes
from ...core.queue import QueueCore
from ...ports import HeapReading
from ...trace import QueuedTrace
from ...verdict import Reason
from .ear import Ear
from .model import Entry, Model
from .rules import Rules
from .store import SimulatedStore

MakeCore = Callable[..., QueueCore]
DISCIPLINES: dict[QueueKind, type[Discipline]] = {
    "priority": PriorityLanes,
    "fifo": FifoLane,
    "batch": BatchLanes,
}


class Session:
    """A queue beside its model. The store and the clock outlive it."""

    def __init__(self, make_core: MakeCore) -> None:
        self.now = 0.0
        self.batches = 0
        self.totals: dict[str, int] = {}
        """Traces by state, over all sessions that ended."""
        self.store = SimulatedStore()
        self.source = "a"
        self._make_core = make_core
        self._sessions = 0
        self._chances = 0
        self._begin({}, "priority")

    def _begin(self, options: Mapping[str, Any], kind: QueueKind) -> None:
        self._sessions += 1
        config = QueueConfig(**options)
        self.session = f"s{self._sessions}"
        self.core = self._make_core(config, DISCIPLINES[kind](), self.session, self._next_chance)
        self.model = Model(config, kind)
        self.rules = Rules(config)
        self.is_paused = False
        self.allowed = config.max_queue_size, config.max_queue_bytes
        """What may be held: the limits, or more where they were lowered under a full queue."""
        self._is_mortal = config.time_to_live > 0
        self._is_reconfigured = False
        self.ear = Ear()
        self.under_way: dict[int, Batch] = {}
        self.most_together = 1
        """Batches that share a transaction."""
        self.marks: list[int] = []
        self.flushed = 0
        self.next_seq = 1
        self.failures_in_a_row = 0
        self._heap: HeapReading | None = None

    @property
    def transactions(self) -> int:
        """Under way."""
        return len({batch.transaction for batch in self.under_way.values()})

    def _next_chance(self) -> float:
        """Numbers in 0..1 that spread evenly: multiples of the golden ratio."""
        self._chances += 1
        return self._chances * 0.6180339887498949 % 1

    def _add_up(self) -> None:
        for state, counts in self.model.counts.items():
            self.totals[state] = self.totals.get(state, 0) + sum(counts)

    def _foresee(self, item: QueuedTrace) -> Reason | None:
        """Do with the model what the queue is to do with this trace."""
        model, size = self.model, item.size
        why, victims = model.room(item.priority, 1, size, self.is_tight(size))
        reason = why if victims is None else None
        reason = self.rules.refuses(item, self.source, self.now) or reason
        if model.closed:
            reason = Reason.CLOSED
        if reason is not None:
            model.refuse(item.priority, reason)
            self.ear.due["drop"] += 1
            return reason
        self._evict(victims or [], why)
        entry = Entry(item.id, item.priority, size, model.accepted + 1, self.now)
        if self.core.config.time_to_live:
            entry.expires_at = self.now + self.core.config.time_to_live
        model.accept(entry)
        self.rules.accepted(item.id)
        return None

    def _expire(self) -> bool:
        """Those whose time is over, CRITICAL excepted, go when a batch is asked for; whether there
        were any."""
        if not self._is_mortal:
            return False
        over = [e for lane in self.model.lanes[:3] for e in lane if e.expires_at <= self.now]
        self._evict(over, Reason.EXPIRED)
        return bool(over)

    def _evict(self, victims: list[Entry], why: Reason) -> None:
        for victim in victims:
            self.model.move(victim, "evicted")
            self.rules.left_unwritten(victim.id)
        self.model.dropped[why] += len(victims)
        self.ear.due["drop"] += len(victims)

    def is_tight(self, more: int) -> bool:
        heap = self._heap
        share = self.core.config.heap_threshold
        return heap is not None and heap.used + more > heap.limit * share
