"""The asyncio shell: drives the core, and is the only place that waits.

One pump seals what is due and starts a task for each batch; a single timer wakes it for the next. A
trace that can't wait moves the timer forward. Everything else here is someone waiting: for a flush,
for room, for the end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from . import turns
from .batch import Batch
from .clock import SteadyClock
from .core.queue import QueueCore
from .dead_letters import DeadLetters
from .deadlines import Deadlines
from .errors import FlushError, StoreFenced, StoreRejected, StoreUnavailable, text_of
from .observe.fanout import Fanout
from .observe.windows import History
from .parcel import Item, Parcel, pack
from .ports import BatchStore, Clock, GroupStore, HeapReading, MemoryProbe
from .trace import QueuedTrace
from .verdict import Reason, Verdict, accepted

logger = logging.getLogger("pyqueue")

HEAP_INTERVAL = 50.0
"""ms between readings of the heap: browsers refresh theirs no faster."""

TOGETHER = 8
"""Batches that share a transaction at most, where the store can do that: 1 MiB."""

TURN = 16.0
"""ms for which a producer may hold the loop: a frame of a page."""

RESPITE = 0.1
"""Seconds until the next write after one that somebody cancelled."""

ENDED = "the queue is closed"


class Writer:
    """Takes traces at once, writes them in batches, and tells what became of them."""

    def __init__(
        self, core: QueueCore, store: BatchStore, clock: Clock, memory: MemoryProbe | None
    ) -> None:
        self.core = core
        self.store = store
        self.clock = clock = SteadyClock(clock)
        self.fanout = Fanout()
        self.started_at = clock.now()
        self.history = History(self.started_at)
        self.dead_letters = DeadLetters(store)
        self._deadlines = Deadlines()
        self.last_error: Exception | None = None
        self.turn_by = self.started_at + TURN
        """When a producer that could go on is to let the loop turn all the same."""
        self._memory = memory
        self._heap_read_at = float("-inf")
        self._together = TOGETHER if hasattr(store, "write_together") else 1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")
        self._is_open = False
        self._opening = asyncio.Lock()
        self._pumping = False
        self._ended = False
        self._telling = False
        self._writes: set[asyncio.Task[None]] = set()
        self._flushes: list[tuple[int, bool, asyncio.Future[None]]] = []
        self._room: list[asyncio.Future[None]] = []

    async def start(self) -> None:
        """Open the store and begin to write. A store that can't be opened yet is tried again."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.core.config.write_timeout / 1000):
                await self._open()
        except Exception as raised:
            self.last_error = self._explained(raised)
            logger.warning("the store can't be opened yet: %s", self.last_error)
        self._after()

    # Producers

    def offer(self, item: QueuedTrace, now: float | None = None) -> Verdict:
        """Take the trace or say why not; never waits. `now` where the clock was just read."""
        if now is None:
            now = self.clock.now()
        if self._memory is not None:
            self._read_heap(now)
        core = self.core
        reason = core.offer(item, now)
        if reason is not None:
            self._tell_soon()
            return Verdict(False, reason, item.id)
        if self._timer_at > now:
            self._arm_for(item, now)
        return accepted(item.id)

    async def put(self, item: QueuedTrace, now: float) -> Verdict:
        """The same, but waits for room, and lets the loop turn when it is time to."""
        if now < self.turn_by and not self.core.must_wait(item):
            return self.offer(item, now)
        await self.wait_for_room(item)
        return self.offer(item)

    async def put_together(self, traces: Sequence[QueuedTrace]) -> dict[QueuedTrace, Verdict]:
        """The same for some of one priority: as a parcel where all of them may enter now, else one
        by one. Those that were refused, with their verdicts."""
        now = self.clock.now()
        if now >= self.turn_by or self.core.must_wait(traces[0]):
            await self.wait_for_room(traces[0])
            now = self.clock.now()
        self._read_heap(now)
        parcel = pack(traces)
        if self.core.offer_whole(parcel, now):
            self._arm_for(parcel, now)
            return {}
        verdicts = {trace: await self.put(trace, self.clock.now()) for trace in traces}
        return {trace: verdict for trace, verdict in verdicts.items() if not verdict}

    def offer_parcels(self, parcels: Iterable[Parcel]) -> None:
        """Take many traces, those of a parcel of one priority."""
        now = self.clock.now()
        self._read_heap(now)
        for parcel in parcels:
            self.core.offer_parcel(parcel, now)
        if self._loop is not None:
            self._pump()

    def refuse(self, priority: int, reason: Reason) -> None:
        """Count a trace that never became one."""
        self.core.refuse(priority, reason)
        self._tell_soon()

    async def wait_for_room(self, item: QueuedTrace) -> None:
        """Until the trace would enter without anything being evicted, or waiting can't help; at
        least for a turn of the loop."""
        if not self.core.must_wait(item):
            await asyncio.sleep(0)
        await self.wait_until(lambda: not self.core.must_wait(item))
        self.turn_by = self.clock.now() + TURN

    async def wait_until(self, is_met: Callable[[], bool]) -> None:
        """Until a condition on the queue's room is met."""
        while not is_met():
            future = turns.future()
            self._room.append(future)
            await future

    def look(self) -> None:
        """Bring the figures up to date that change without anybody's doing: the heap's."""
        self._read_heap(self.clock.now())

    def changed(self) -> None:
        """The core was changed from outside: see what follows."""
        self._after()

    # Waiting for the end

    async def flush(self, timeout: float | None, patient: bool = False) -> None:
        """Until all that is accepted now is durable or settled otherwise; `timeout` in seconds.
        Raises `FlushError` then, or, unless `patient`, as soon as the store is known to fail."""
        mark = self.core.flush()
        if self.core.is_settled(mark):
            return
        if self._ended:
            raise self._flush_error(ENDED)
        future = turns.future()
        self._flushes.append((mark, patient, future))
        self._pump()
        try:
            await asyncio.wait_for(future, timeout)
        except TimeoutError:
            raise self._flush_error(f"after {timeout} s") from self._trouble

    async def close(self, timeout: float | None) -> int:
        """Accept no more, write what can be written in `timeout` seconds, let go of the store.
        How many traces could not be written."""
        self.core.close()
        self._wake_room()
        try:
            async with asyncio.timeout(timeout):
                await self.flush(None, patient=True)
                await asyncio.gather(*self._writes)  # dead letters are still being kept
                await self.dead_letters.bury()
                await self.store.close()
        except Exception as error:
            held, cause = self.core.ledger.held, self.last_error or error
            logger.warning("closed with %d traces not written: %r", held, cause)
            turns.start(self._let_go(), self._writes)
            await asyncio.sleep(0)
        self.abandon()
        return self.core.ledger.held

    def abandon(self) -> None:
        """Write no more, at once."""
        self.core.close()
        self._ended = True
        self._disarm()
        self._deadlines.stop()
        for task in self._writes:
            task.cancel()
        self._wake_flushes()
        self._wake_room()

    async def _let_go(self) -> None:
        try:
            await self.store.close()
        except Exception as error:
            logger.warning("the store did not close: %r", error)

    # The pump

    def _pump(self) -> None:
        if self._pumping or self._ended:
            return  # a store that answers at once: the loop below goes on by itself
        self._pumping = True
        self._disarm()
        now = self.clock.now()
        self._read_heap(now)
        while batches := self.core.next_batches(now, self._together):
            turns.start(self._write(batches), self._writes)
        self._pumping = False
        self._after()

    async def _open(self) -> None:
        if self._is_open:
            return
        async with self._opening:
            if not self._is_open:
                await self.store.open()
                self._is_open = True

    async def _write(self, batches: list[Batch]) -> None:
        """In one transaction."""
        try:
            with self._deadlines.within(self.core.config.write_timeout / 1000):
                await self._open()
                if len(batches) > 1:
                    await cast(GroupStore, self.store).write_together(batches)
                else:
                    await self.store.write(batches[0])
        except (Exception, asyncio.CancelledError) as raised:
            if _is_cancelled(raised):
                if not self._ended:
                    self._interrupted(batches)
                raise
            error = self._explained(raised)
            if len(batches) > 1 and _is_one_at_fault(error):
                for batch in batches:  # each shows by itself which it is
                    turns.start(self._write([batch]), self._writes)
            else:
                await self._failed(batches, error)
        else:
            self.core.all_written(batches, self.clock.now())
            done = self.dead_letters.stored(batches)
            for batch in batches:
                batch.release()
            self._pump()
            if done:  # what is written waits for no letter
                await self.dead_letters.forget(done)
            await self.dead_letters.bury()

    def _interrupted(self, batches: list[Batch]) -> None:
        """By somebody else, while others wait for these. The next write does not begin at once: it
        may be that the loop ends."""
        assert self._loop is not None
        self.last_error = StoreUnavailable("the write was cancelled")
        now, wall = self.clock.now(), self.clock.wall()
        for batch in batches:
            self.core.failed(batch, self.last_error, now, wall)
        self._loop.call_later(RESPITE, self._pump)

    async def _failed(self, batches: list[Batch], error: Exception) -> None:
        self.last_error = error
        now, wall = self.clock.now(), self.clock.wall()
        given_up = []
        for batch in batches:
            if letters := self.core.failed(batch, error, now, wall):
                self.dead_letters.remember(letters)
                given_up.append((batch, letters))
        self._pump()
        for batch, letters in given_up:
            await self.dead_letters.bury(letters)
            self.core.on_settled("dead", batch.traces())

    def _explained(self, error: BaseException) -> Exception:
        if isinstance(error, asyncio.CancelledError):
            return StoreUnavailable("the store gave up the write")
        assert isinstance(error, Exception)
        if isinstance(error, TimeoutError):
            return StoreUnavailable(f"no answer in {self.core.config.write_timeout} ms")
        return error

    def _after(self) -> None:
        """What may follow from any change: events, waiters, the next timer."""
        now = self.clock.now()
        self._tell()
        self._wake_flushes()
        self._wake_room()
        self._arm(now)

    def _tell(self) -> None:
        self._telling = False
        now = self.clock.now()
        self.history.note(now, self.core.ledger.totals())
        self.fanout.tell(self.core.take_events(now))

    def _tell_soon(self) -> None:
        """In the next turn of the loop, so that a burst of drops is one event."""
        if self._loop is not None and not self._telling:
            self._telling = True
            self._loop.call_soon(self._tell)

    def _arm(self, now: float) -> None:
        if self._loop is None or self._ended or self._timer_at <= now:
            return
        wake_at = self.core.wake_at(now)
        if wake_at is not None and wake_at < self._timer_at:
            self._disarm()
            self._timer_at = wake_at
            self._timer = self._loop.call_later(max(0.0, wake_at - now) / 1000, self._pump)

    def _arm_for(self, item: Item, now: float) -> None:
        """After this was taken."""
        if self._timer_at > now + self.core.config.batch_timeout or self.core.is_pressing(item):
            self._arm(now)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, float("inf")

    def _wake_flushes(self) -> None:
        waiting, self._flushes = self._flushes, []
        for mark, patient, future in waiting:
            if future.done():
                continue
            if self.core.is_settled(mark):
                future.set_result(None)
            elif self._ended:
                future.set_exception(self._flush_error(ENDED))
            elif not patient and self.core.is_failing(mark):
                future.set_exception(self._flush_error("the store is failing"))
            else:
                self._flushes.append((mark, patient, future))

    def _wake_room(self) -> None:
        waiting, self._room = self._room, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _flush_error(self, why: str) -> FlushError:
        held = self.core.ledger.held
        if self.core.is_paused:
            why = "the queue is paused"
        elif error := self._trouble:
            why += f"; last error: {text_of(error)}"
        return FlushError(f"{held} {'trace is' if held == 1 else 'traces are'} not durable, {why}")

    @property
    def _trouble(self) -> Exception | None:
        """The last error, unless all that failed is stored by now."""
        is_held = any(batch.failures for batch in self.core.batcher.outstanding())
        return self.last_error if is_held else None

    def _read_heap(self, now: float) -> None:
        if self._memory is None or now - self._heap_read_at < HEAP_INTERVAL:
            return
        self._heap_read_at = now
        try:
            read = self._memory.read()
            heap = read and HeapReading(float(read.used), float(read.limit))
            self.core.observe_heap(heap, now)
        except Exception as error:
            self._memory = None
            self.core.observe_heap(None, now)
            logger.warning("the memory probe raised and is not asked again: %r", error)


def _is_one_at_fault(error: Exception) -> bool:
    return isinstance(error, StoreRejected) and not isinstance(error, StoreFenced)


def _is_cancelled(error: BaseException) -> bool:
    """Whether it is this task that is cancelled, and not something that the store awaits."""
    task = asyncio.current_task()
    is_cancelled = isinstance(error, asyncio.CancelledError)
    return is_cancelled and task is not None and task.cancelling() > 0
