"""The queue: admission, lanes, batches, and the account of them. Handed the time, does no I/O.

Theory of operation. The shell around it (pyqueue/writer.py) calls in three places and does what
comes back: `offer` for each trace; `next_batch` until it gives none, starting a write for each;
`written` or `failed` when a write has ended. `wake_at` tells when to call `next_batch` again.
Everything that happened in between is fetched with `take_events`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal

from ..batch import Batch, DeadLetter
from ..config import QueueConfig, QueueKind
from ..errors import text_of
from ..events import Event, EventKind
from ..parcel import Item, Parcel
from ..ports import HeapReading
from ..priority import LABELS
from ..trace import QueuedTrace, with_priority
from ..verdict import Reason
from .admission import Admission
from .batcher import Batcher
from .breaker import BreakerState
from .lanes import Discipline
from .latency import LatencyHistogram
from .ledger import Ledger, State
from .memory_limiter import MemoryLimiter

Fate = Literal["written", "evicted", "cancelled", "dead", "refused"]
"""How a trace ended."""


class QueueCore:
    """One session's queue. `session` names it in the store; `chance` gives numbers in 0..1."""

    def __init__(
        self, config: QueueConfig, lanes: Discipline, session: str, chance: Callable[[], float]
    ) -> None:
        self.config = config
        self.lanes = lanes
        self.ledger = Ledger()
        self.limiter = MemoryLimiter(config)
        self.batcher = Batcher(config, session, chance)
        self.latencies = tuple(LatencyHistogram() for _ in LABELS)
        self.closed = False
        self.is_paused = False
        self.has_consent = True
        self._barred: Reason | None = None
        """Why nothing at all is taken."""
        self.on_settled: Callable[[Fate, Iterable[Item]], None] = _nobody
        """Is told of each trace that the queue holds no longer, with how it ended; of the dead
        once their letters are kept."""
        self._next_expiry = float("inf")
        self._admission = Admission(config, self.ledger, self.limiter, self._evicted)
        self._breaker_was: BreakerState = "closed"
        self._drained_at = 0
        """How many were accepted when the queue was last told to be empty."""
        self._last_number = 0
        self._events: list[Event] = []
        self._drops: Counter[tuple[Reason, int]] = Counter()

    # Producers

    def offer(self, item: QueuedTrace, now: float) -> Reason | None:
        """Take the trace, or say why not."""
        reason = self._barred or self._admission.admit(item, self.lanes, now)
        if reason is None:
            self._last_number = item.number = self._last_number + 1
            if self.config.time_to_live or item.expires_at < self._next_expiry:
                self._give_time_to_live(item)
            self.ledger.accept(item.priority, item.size)
            self.lanes.push(item)
        else:
            self.refuse(item.priority, reason)
            self.on_settled("refused", (item,))
        self._watch_pressure(now)
        return reason

    def offer_parcel(self, parcel: Parcel, now: float) -> None:
        """Take a parcel as it is where all of it fits, else its traces one by one."""
        if not self.offer_whole(parcel, now):
            for trace in parcel.traces():
                self.offer(trace, now)

    def offer_whole(self, parcel: Parcel, now: float) -> bool:
        """Take a parcel as it is; False, and nothing is taken, where not all of it may enter."""
        if self._barred or not self._admission.admit_whole(parcel):
            return False
        parcel.number = self._last_number + 1
        self._last_number += parcel.count
        self.ledger.accept(parcel.priority, parcel.size, parcel.count)
        self.lanes.push(parcel)
        self._watch_pressure(now)
        return True

    def refuse(self, priority: int, reason: Reason) -> None:
        """Count a trace that does not enter."""
        self.ledger.refuse(priority, reason)
        self._drops[reason, priority] += 1

    def desired_size(self) -> int:
        """How many more traces may come before something has to give way."""
        if self._barred or not self._admission.has_room(1, 1):
            return 0
        return self.config.max_queue_size - self.ledger.held

    def must_wait(self, item: QueuedTrace) -> bool:
        """Whether the trace has no room now, but will have when something has left."""
        return (
            not self._admission.has_room(1, item.size)  # the usual case first
            and not self._barred
            and self.ledger.held > 0
            and self._admission.can_ever_enter(item)
        )

    def observe_heap(self, heap: HeapReading | None, now: float) -> None:
        """Take the platform's reading; it holds until the next."""
        before = self.limiter.is_tight
        self.limiter.heap = heap
        self._watch_pressure(now)
        if self.limiter.is_tight != before:
            self._tell("memory", now, tight=not before, heap=heap._asdict() if heap else None)

    # Control of what is queued

    def find(self, id: str) -> QueuedTrace | None:
        """The queued trace with this id; None once it is sealed, or was never here."""
        holders = (item for item in self.lanes.items() if item.holds(id))
        traces = chain.from_iterable(item.traces() for item in holders)
        return next((trace for trace in traces if trace.id == id), None)

    def cancel(self, id: str, now: float) -> bool:
        """Take a queued trace out. False where it is not queued."""
        item = self.find(id)
        if item is None:
            return False
        self.lanes.remove(item)
        self.ledger.cancel(item.priority, item.size)
        self._admission.forget(item.id)
        self.on_settled("cancelled", (item,))
        self._watch_pressure(now)
        return True

    def reprioritize(self, id: str, priority: int, now: float) -> bool:
        """Move a queued trace to another lane, to the place that its age gives it there. False
        where it is not queued, or a full queue has no room for the longer name."""
        item = self.find(id)
        if item is None:
            return False
        moved = with_priority(item, priority)
        self._next_expiry = min(self._next_expiry, moved.expiry)
        self.lanes.remove(item)
        # The name of a priority is part of the text, and may be a few bytes longer.
        growth = moved.size - item.size
        if growth > 0 and self._admission.make_room(priority, 0, growth, self.lanes) is not None:
            self.lanes.insert(item)
            return False
        self.lanes.insert(moved)
        self.ledger.reprioritize(item.priority, priority, growth)
        self._watch_pressure(now)
        return True

    def pause(self, paused: bool, now: float) -> None:
        """Stop or resume writing. What is being written goes on; traces are taken as ever."""
        if paused != self.is_paused:
            self.is_paused = paused
            self._tell("mode", now, paused=paused)

    def consent(self, given: bool, now: float) -> None:
        """Whether traces may be kept. Without consent none is taken, and what is queued or waits
        for another attempt is evicted; what is being written ends as it ends."""
        if given != self.has_consent:
            self.has_consent = given
            if not self.closed:
                self._barred = None if given else Reason.CONSENT
            self._tell("mode", now, consent=given)
            if not given:
                self._discard_all(Reason.CONSENT)
            self._watch_pressure(now)

    def configure(self, config: QueueConfig, now: float) -> None:
        """Go by these limits from now on. What is held stays, also where it is more than
        allowed."""
        before, self.config = self.config, config
        self._admission.configure(config)
        self.limiter.configure(config)
        self.batcher.configure(config)
        if (config.max_batch_size, config.max_batch_bytes) != (
            before.max_batch_size, before.max_batch_bytes
        ):  # fmt: skip
            self.lanes.unpack()  # a parcel may be larger than a batch is now
        self._watch_pressure(now)

    def use(self, lanes: Discipline, kind: QueueKind, now: float) -> None:
        """Change the discipline. What is queued moves over in order of acceptance."""
        for item in sorted(self.lanes.items(), key=lambda item: item.number):
            lanes.push(item)
        self.lanes = lanes
        self._tell("mode", now, mode=kind)

    # The writer

    def next_batch(self, now: float) -> Batch | None:
        """The batch whose write is to start now, if there is one."""
        return next(iter(self.next_batches(now, 1)), None)

    def next_batches(self, now: float, most: int) -> list[Batch]:
        """What is to be written now in one transaction: so many batches at most, or none."""
        batches: list[Batch] = []
        if self.is_paused:
            return batches
        if now >= self._next_expiry:
            self._expire(now)
        batch = self.batcher.next_batch(self.lanes, now)
        while batch is not None:
            batches.append(batch)
            move = self.ledger.retry if batch.failures else self.ledger.seal
            for priority, (count, _) in batch.tally.items():
                move(priority, count)
            if len(batches) == most:
                break
            batch = self.batcher.next_beside(batch, self.lanes, now)
        if batches:
            self._watch_breaker(now)
            account = self.ledger.account(self.batcher.session, now)
            for batch in batches:
                batch.account = account
        return batches

    def is_pressing(self, item: Item) -> bool:
        """Whether the next batch is due at once since this was taken."""
        return self.batcher.is_pressing(self.lanes, item.priority)

    def wake_at(self, now: float) -> float | None:
        """When to ask for the next batch."""
        return None if self.is_paused else self.batcher.wake_at(self.lanes, now)

    def written(self, batch: Batch, now: float) -> None:
        """The batch is durable."""
        self.all_written([batch], now)

    def all_written(self, batches: Sequence[Batch], now: float) -> None:
        """These batches are durable."""
        for batch in batches:
            self._written(batch, now)
        self._watch_breaker(now)
        self._watch_pressure(now)

    def _written(self, batch: Batch, now: float) -> None:
        took = now - batch.started_at
        self.batcher.written(batch, now)
        for priority, (count, size) in batch.tally.items():
            self.ledger.write(priority, count, size)
        waits: dict[int, list[float]] = {}
        for item in batch.items():
            longest = now - item.enqueued_at
            if item.count == 1:
                waits.setdefault(item.priority, []).append(longest)
            else:
                self.latencies[item.priority].add_evenly(now - item.last_at, longest, item.count)
        for priority, some in waits.items():
            self.latencies[priority].add(some)
        self.on_settled("written", batch.items())
        self.ledger.batches += 1
        self.ledger.full_batches += batch.full
        self.ledger.urgent_batches += batch.urgent
        self._tell(
            "batch", now, size=batch.count, bytes=sum(row.bytes for row in batch.rows),
            full=batch.full, took=took, remaining=len(self.lanes),
        )  # fmt: skip

    def failed(self, batch: Batch, error: Exception, now: float, wall: float) -> list[DeadLetter]:
        """The attempt failed. What comes back is given up for good."""
        told = f"{type(error).__name__}: {text_of(error)}"
        will_retry = self.batcher.failed(batch, error, now)
        self._watch_breaker(now)
        for priority, (count, size) in batch.tally.items():
            self.ledger.fail(priority, count)
            if not will_retry and self.has_consent:
                self.ledger.bury(priority, count, size)
                self._drops[Reason.RETRIES, priority] += count
        self._tell(
            "error", now, error=told, size=batch.count, attempts=batch.failures,
            will_retry=will_retry,
        )  # fmt: skip
        if not self.has_consent:
            self._discard_all(Reason.CONSENT, () if will_retry else batch.traces())
        self._watch_pressure(now)
        if will_retry or not self.has_consent:
            return []
        letters = [_letter(item, batch, told, wall) for item in batch.traces()]
        for letter in letters:
            self._admission.forget(letter.id)
        self._tell("deadletter", now, size=len(letters), ids=[letter.id for letter in letters])
        return letters

    # Flushing and closing

    def close(self) -> None:
        """Accept no more; a store that was failing gets another chance at once, and then as often
        as failed batches do."""
        self.closed = True
        self._barred = Reason.CLOSED
        self.batcher.breaker.cooldown = self.config.retry_base_delay
        self.is_paused = False
        self.batcher.breaker.probe_now()

    def flush(self) -> int:
        """Let everything accepted so far go without waiting; a mark to ask `is_settled` with."""
        self.batcher.flush_upto(self._last_number)
        return self._last_number

    def is_settled(self, mark: int) -> bool:
        """Whether nothing accepted up to the mark is held any more."""
        return all(item.number > mark for item in self.lanes.oldest()) and all(
            batch.oldest_number > mark for batch in self.batcher.outstanding()
        )

    def is_failing(self, mark: int) -> bool:
        """Whether the store is known not to take what was accepted up to the mark, for now."""
        return (
            self.is_paused
            or self.batcher.breaker.state == "open"
            or any(
                batch.outages > self.config.max_retries and batch.oldest_number <= mark
                for batch in self.batcher.outstanding()
            )
        )

    def held(self) -> Iterator[Item]:
        """All that is queued, in flight or retrying, in the order of writing."""
        for batch in sorted(self.batcher.outstanding(), key=lambda batch: batch.number):
            yield from batch.items()
        yield from self.lanes.items()

    # Events

    def take_events(self, now: float) -> list[Event]:
        """What happened since the last call; the drops of one kind come as one event."""
        for (reason, priority), count in self._drops.items():
            self._tell("drop", now, reason=reason.value, priority=LABELS[priority], count=count)
        self._drops.clear()
        accepted = self.ledger.total("accepted")
        if not self.ledger.held and accepted != self._drained_at:
            self._drained_at = accepted
            self._tell("drained", now, written=self.ledger.total("written"))
        events, self._events = self._events, []
        return events

    def _give_time_to_live(self, item: QueuedTrace) -> None:
        if self.config.time_to_live:
            item.expires_at = min(item.expires_at, item.enqueued_at + self.config.time_to_live)
        self._next_expiry = min(self._next_expiry, item.expiry)

    def _expire(self, now: float) -> None:
        """Give up what is no longer worth writing."""
        for item in self.lanes.take_expired(now):
            self._evicted(item, Reason.EXPIRED)
        self._next_expiry = min((item.expiry for item in self.lanes), default=float("inf"))
        self._watch_pressure(now)

    def _discard_all(self, reason: Reason, failed: Iterable[QueuedTrace] = ()) -> None:
        """Evict what is not being written: what is queued, what waits for another attempt, and
        `failed`, which would have had none."""
        for item in list(self.lanes):
            self.lanes.remove(item)
            self._evicted(item, reason)
        for item in chain(failed, *(batch.traces() for batch in self.batcher.take_retrying())):
            self._evicted(item, reason, "retrying")

    def _evicted(self, item: QueuedTrace, reason: Reason, source: State = "queued") -> None:
        self.ledger.evict(item.priority, item.size, reason, source)
        self._admission.forget(item.id)
        self._drops[reason, item.priority] += 1
        self.on_settled("evicted", (item,))

    def _watch_pressure(self, now: float) -> None:
        ledger = self.ledger
        if self.limiter.update(ledger.held, ledger.held_bytes):
            self._tell(
                "backpressure", now, level=self.limiter.pressure, queue_size=ledger.held,
                memory_usage=ledger.held_bytes, dropped_count=sum(ledger.dropped.values()),
            )  # fmt: skip

    def _watch_breaker(self, now: float) -> None:
        state = self.batcher.breaker.state
        if state != self._breaker_was:
            self._breaker_was = state
            self._tell("breaker", now, state=state)

    def _tell(self, kind: EventKind, now: float, **payload: Any) -> None:
        self._events.append(Event(kind, now, payload))


def _nobody(fate: Fate, items: Iterable[Item]) -> None:
    """Nobody asks."""


def _letter(item: QueuedTrace, batch: Batch, error: str, wall: float) -> DeadLetter:
    return DeadLetter(
        id=item.id,
        trace=item.text,
        priority=item.priority,
        reason=Reason.RETRIES.value,
        error=error,
        attempts=batch.failures,
        time=wall,
    )
