"""When a batch is due, what goes into it, and what becomes of one that failed.

A batch is sealed when it is full (count or bytes), when its oldest trace has waited long enough,
when something urgent waits, or when a flush asks for it. At most `max_in_flight` transactions are
under way; where the store takes several batches in one, what is due goes together. A batch that
failed waits for its next attempt by itself; others pass it. Rows carry sequence numbers given at
sealing, so that readers see the order of sealing whatever order the writes end in.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from operator import itemgetter

from ..batch import Batch, halves, seal_row, tally
from ..config import QueueConfig
from ..errors import StoreRejected, StoreUnavailable
from ..priority import TracePriority
from .batch_target import BatchTarget
from .breaker import Breaker
from .lanes import Discipline
from .retry import backoff

CRITICAL = int(TracePriority.CRITICAL)


PATIENCE = 100
"""Unknown errors while the store ails that are not held against a batch: with the default cooldown,
an outage of at least eight minutes."""


class Batcher:
    """Seals batches from lanes. `chance` gives numbers in 0..1 for the jitter."""

    def __init__(self, config: QueueConfig, session: str, chance: Callable[[], float]) -> None:
        self.session = session
        self.breaker = Breaker()
        self.target = BatchTarget(config.max_batch_size, config.batch_timeout)
        self.configure(config)
        self._chance = chance
        self._next_seq = 1
        self._last_number = 0
        self._flush_upto = 0
        self._in_flight: dict[int, Batch] = {}
        self._transactions: Counter[int] = Counter()
        """How many batches in flight share one, by its number."""
        self._retrying: list[tuple[float, int, Batch]] = []
        """Heap by the time of the next attempt, then by batch number."""

    def configure(self, config: QueueConfig) -> None:
        """Go by these limits from now on; batches that are sealed stay as they are."""
        self.config = config
        self.target.configure(config.max_batch_size, config.batch_timeout)
        self.breaker.threshold = config.breaker_threshold
        self.breaker.cooldown = config.breaker_cooldown

    @property
    def in_flight(self) -> int:
        """Transactions."""
        return len(self._transactions)

    def outstanding(self) -> Iterator[Batch]:
        """Batches that are sealed and not yet settled."""
        yield from self._in_flight.values()
        for _, _, batch in self._retrying:
            yield batch

    def take_retrying(self) -> list[Batch]:
        """Take out the batches that wait for another attempt."""
        taken = [batch for _, _, batch in self._retrying]
        self._retrying = []
        return taken

    def is_in_flight(self, batch: Batch) -> bool:
        return batch.number in self._in_flight

    def flush_upto(self, number: int) -> None:
        """Traces up to this number no longer wait for company, nor failed batches for their
        time."""
        self._flush_upto = max(self._flush_upto, number)
        # In order of batch number, which is a heap's order when the times are the same.
        self._retrying = [
            (0.0, n, batch) for _, n, batch in sorted(self._retrying, key=itemgetter(1))
        ]

    def wake_at(self, lanes: Discipline, now: float) -> float | None:
        """When `next_batch` will have one, if nothing else happens; None where only a settled batch
        or a new trace can change anything."""
        if self.in_flight >= self.config.max_in_flight:
            return None
        if self.breaker.state == "half-open" and self.in_flight:
            return None
        times = [self._retrying[0][0]] if self._retrying else []
        if lanes:
            times.append(now if self._is_due(lanes, now) else self._age_limit(lanes))
        if not times:
            return None
        return max(min(times), self.breaker.probe_at() or 0.0)

    def is_pressing(self, lanes: Discipline, priority: int) -> bool:
        """Whether a batch is due since a trace of this priority came, however young they are."""
        return (
            len(lanes) >= self.target.size
            or lanes.bytes >= self.config.max_batch_bytes
            or lanes.is_urgent(priority)
        )

    def next_batch(self, lanes: Discipline, now: float) -> Batch | None:
        """A batch whose write is to start now: what is urgent, then retries, then what is due."""
        if self.in_flight >= self.config.max_in_flight:
            return None
        retry_due = bool(self._retrying) and self._retrying[0][0] <= now
        if not (retry_due or (lanes and self._is_due(lanes, now))):
            return None
        if not self.breaker.allows(now, self.in_flight):
            return None
        if retry_due and not lanes.urgent:
            batch = heapq.heappop(self._retrying)[2]
        else:
            batch = self._seal(lanes, now)
        return self._started(batch, batch.number, now)

    def next_beside(self, batch: Batch, lanes: Discipline, now: float) -> Batch | None:
        """Another that goes in the transaction of one that was just begun. What is urgent waits for
        no other; what failed goes by itself, as does what probes the store."""
        goes_alone = batch.strict or batch.failures or self.breaker.state != "closed"
        if goes_alone or self._retrying or lanes.urgent:
            return None
        if not (lanes and self._is_due(lanes, now)):
            return None
        return self._started(self._seal(lanes, now), batch.transaction, now)

    def _started(self, batch: Batch, transaction: int, now: float) -> Batch:
        batch.transaction, batch.started_at = transaction, now
        self._transactions[transaction] += 1
        self._in_flight[batch.number] = batch
        return batch

    def _ended(self, batch: Batch) -> None:
        del self._in_flight[batch.number]
        self._transactions[batch.transaction] -= 1
        if not self._transactions[batch.transaction]:
            del self._transactions[batch.transaction]

    def written(self, batch: Batch, now: float) -> None:
        self._ended(batch)
        self.target.written(now - batch.started_at)
        self.breaker.succeeded()

    def failed(self, batch: Batch, error: Exception, now: float) -> bool:
        """Whether there will be another attempt. An unavailable store, or a probe of an ailing one,
        says nothing against the batch: such an attempt does not count. A batch that used up its
        attempts is halved, until what poisons it stands alone."""
        self._ended(batch)
        batch.failures += 1
        is_at_fault = self._speaks_against(batch, error)
        if is_at_fault:
            batch.attempts += 1
        else:
            batch.outages += 1
        if isinstance(error, StoreRejected):
            self.breaker.succeeded()  # it answers; what it does not like is the batch
        else:
            self.breaker.failed(now)
        if not is_at_fault or batch.attempts <= self.config.max_retries:
            wait = self._backoff(batch.failures)
            heapq.heappush(self._retrying, (now + wait, batch.number, batch))
        elif batch.count > 1:
            for half in halves(batch, (self._number(), self._number())):
                # One attempt each; after the next failure it is halved again.
                half.attempts = self.config.max_retries
                heapq.heappush(self._retrying, (now, half.number, half))
        else:
            return False
        return True

    def _speaks_against(self, batch: Batch, error: Exception) -> bool:
        """Whether an error is the batch's fault and not the store's. Of an unknown error nobody
        knows; while the store ails it is the store's, but not for ever."""
        if isinstance(error, (StoreRejected, StoreUnavailable)):
            return isinstance(error, StoreRejected)
        return self.breaker.state == "closed" or batch.outages >= PATIENCE

    def _backoff(self, failures: int) -> float:
        config = self.config
        return backoff(failures, config.retry_base_delay, config.retry_max_delay, self._chance())

    def _number(self) -> int:
        self._last_number += 1
        return self._last_number

    def _is_full(self, count: int, left: int) -> bool:
        """Whether the target or a limit was reached: what is left had no room."""
        return count >= self.target.size or left > 0

    def _is_due(self, lanes: Discipline, now: float) -> bool:
        return lanes.urgent or self._is_ripe(lanes, now)

    def _is_ripe(self, lanes: Discipline, now: float) -> bool:
        """Whether a batch is due for another reason than urgency."""
        return (
            len(lanes) >= self.target.size
            or lanes.bytes >= self.config.max_batch_bytes
            or now >= self._age_limit(lanes)
            or any(item.number <= self._flush_upto for item in lanes.oldest())
        )

    def _age_limit(self, lanes: Discipline) -> float:
        return min(item.enqueued_at for item in lanes.oldest()) + self.config.batch_timeout

    def _seal(self, lanes: Discipline, now: float) -> Batch:
        config = self.config
        # What is urgent does not take along what would make a better batch by waiting.
        alone = lanes.urgent and not self._is_ripe(lanes, now)
        if alone:
            taken = lanes.collect_urgent(config.max_batch_size, config.max_batch_bytes)
        else:
            overdue_before = now - config.max_wait
            taken = lanes.collect(config.max_batch_size, config.max_batch_bytes, overdue_before)
        rows = []
        for lane in taken:
            rows.append(seal_row(self.session, self._next_seq, lane))
            self._next_seq += rows[-1].count
        count = sum([row.count for row in rows])
        is_full = not alone and self._is_full(count, len(lanes))
        if is_full:
            self.target.reached(len(lanes), now)
        elif not alone:
            oldest = min([item.enqueued_at for item in chain.from_iterable(taken)])
            if now >= oldest + config.batch_timeout:
                self.target.timed_out(count, now)
        return Batch(
            number=self._number(),
            lanes=tuple(map(tuple, taken)),
            rows=tuple(rows),
            tally=tally(chain.from_iterable(taken)),
            full=is_full,
            urgent=alone,
            strict=rows[0].priority == CRITICAL,
        )
