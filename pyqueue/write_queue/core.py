"""The engine's core, with batches strictly one after another.

Two operations of one entry may lie in two batches, so the second must not be written before the
first is settled: at most one batch is under way, a new one is sealed only when none waits for its
next attempt, and the halves of a poisoned batch go in order. What fails keeps the rest waiting,
until it is written or dead; the breaker and the retries are the engine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..batch import Batch, DeadLetter
from ..config import QueueConfig
from ..core.batch_target import BatchTarget
from ..core.batcher import Batcher
from ..core.lanes import Discipline, FifoLane
from ..core.latency import LatencyHistogram
from ..core.queue import QueueCore
from .lanes import OperationLanes

NOTHING = FifoLane()


class FixedTarget(BatchTarget):
    """A batch waits for as many as the threshold says, however quiet it is."""

    def reached(self, backlog: int, now: float) -> None:
        """Stays."""

    def timed_out(self, count: int, now: float) -> None:
        """Stays."""


class OrderedBatcher(Batcher):
    """One batch at a time, in the order of sealing. Relies on `max_in_flight` being 1."""

    def __init__(self, config: QueueConfig, session: str, chance: Callable[[], float]) -> None:
        super().__init__(config, session, chance)
        self.target = FixedTarget(config.max_batch_size, config.batch_timeout)

    def next_batch(self, lanes: Discipline, now: float) -> Batch | None:
        return super().next_batch(NOTHING if self._retrying else lanes, now)

    def wake_at(self, lanes: Discipline, now: float) -> float | None:
        return super().wake_at(NOTHING if self._retrying else lanes, now)

    def failed(self, batch: Batch, error: Exception, now: float) -> bool:
        # What waits already stands aside: batch numbers and places can be the same.
        others, self._retrying = self._retrying, []
        will_retry = super().failed(batch, error, now)
        # By place instead of by batch number (a half has a new one), and none before the one in
        # front of it: a sorted list is a heap.
        due = 0.0
        in_order = sorted(self._retrying + others, key=lambda entry: _place(entry[2]))
        self._retrying = []
        for at, _, waiting in in_order:
            due = max(due, at)
            self._retrying.append((due, _place(waiting), waiting))
        return will_retry


class WriteCore(QueueCore):
    """One session's operations. Also knows how long writes take, and can be emptied."""

    def __init__(self, config: QueueConfig, session: str, chance: Callable[[], float]) -> None:
        super().__init__(config, OperationLanes(), session, chance)
        self.batcher = OrderedBatcher(config, session, chance)
        self.processing = LatencyHistogram()
        """From the start of a batch's attempt until it succeeded, ms."""

    def all_written(self, batches: Sequence[Batch], now: float) -> None:
        for batch in batches:
            self.processing.add([now - batch.started_at])
        super().all_written(batches, now)

    def failed(self, batch: Batch, error: Exception, now: float, wall: float) -> list[DeadLetter]:
        letters = super().failed(batch, error, now, wall)
        if letters and not self.ledger.held:
            self._tell("drained", now, written=self.ledger.total("written"))
        return letters

    def cancel_all(self, now: float) -> int:
        """Take out all that is queued; how much it was. What is under way goes on."""
        queued = list(self.lanes)
        for item in queued[1:]:
            self.lanes.remove(item)
            self.ledger.cancel(item.priority, item.size)
            self._admission.forget(item.id)
        # The last one with all that follows from it: pressure, and the news that it is drained.
        if queued:
            self.cancel(queued[0].id, now)
        return len(queued)


def _place(batch: Batch) -> int:
    """Where the batch stands in the order of the session's operations."""
    return batch.rows[0].seq_first
