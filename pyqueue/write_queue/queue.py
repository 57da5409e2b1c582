"""`AsyncWriteQueue`: writes to a store without waiting for it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Self

from ..clock import Ids, SystemClock, new_session
from ..core.ledger import Ledger
from ..errors import text_of
from ..ports import Clock, Observer
from ..trace import QueuedTrace
from ..verdict import Reason, Verdict
from ..writer import Writer
from .bulk_store import bulk_store
from .core import WriteCore
from .door import read_operation, to_item
from .entry import Entry
from .errors import DrainTimeout
from .events import DeadOperation, EventName, Translator, dead_operation
from .operations import (
    DeleteOperation,
    Operation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
    from_text,
)
from .options import engine_config
from .ports import OperationStore
from .stats import WriteQueueStats, stats_of
from .vectors import Match

STORE_METHODS = ("open", "apply", "get", "search", "close")


class AsyncWriteQueue:
    """Typed operations, written in batches, in order for each entry. An async context manager.

    A batch is due when `flush_threshold` operations wait, or when the oldest has waited
    `flush_interval` ms. It is grouped into bulk calls and applied as a whole. One that the store
    refuses is tried again after `retry_delay` ms and more (doubling, full jitter), `max_retries`
    times; then the operations that poison it are found, and become dead letters. An outage of the
    store counts against nobody: it is waited for.

    `priority` (a `TracePriority`, its name, or a number) lets an operation pass those of other
    entries. It never passes one of its own: that is moved up with it.
    """

    def __init__(
        self,
        store: OperationStore,
        *,
        max_queue_size: int = 1_000,
        max_queue_bytes: int = 64 * 1024 * 1024,
        flush_threshold: int = 100,
        flush_interval: float = 1_000,
        max_retries: int = 3,
        retry_delay: float = 1_000,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
        session: str | None = None,
    ) -> None:
        missing = [name for name in STORE_METHODS if not callable(getattr(store, name, None))]
        if missing:
            raise TypeError(f"store {store!r} lacks {', '.join(missing)}")
        config = engine_config(
            max_queue_size=max_queue_size,
            max_queue_bytes=max_queue_bytes,
            flush_threshold=flush_threshold,
            flush_interval=flush_interval,
            max_retries=max_retries,
            retry_delay=retry_delay,
        )
        clock = clock or SystemClock()
        session = session or new_session(clock.wall())
        self._store = store
        self._core = WriteCore(config, session, chance)
        self._writer = Writer(self._core, bulk_store(store), clock, None)
        self._new_id = Ids(session)
        self._started = False
        self._translator = Translator(
            lambda: self._writer.dead_letters.recent,
            lambda: (self.ledger.total("accepted"), self.ledger.held),
        )

    def __repr__(self) -> str:
        now = self.stats()
        return (
            f"<AsyncWriteQueue {now.queue_size} held, {now.processed} processed, "
            f"{now.failed} failed, breaker {self._core.batcher.breaker.state}>"
        )

    # Beginning and end

    async def start(self) -> None:
        """Open the store and begin to write. Doing it twice is fine; a store that can't be opened
        yet is tried again. Raises RuntimeError once the queue was stopped."""
        if self._core.closed:
            raise RuntimeError("this queue was stopped; make a new one")
        if not self._started:
            self._started = True
            await self._writer.start()

    async def stop(self, timeout: float | None = 30.0) -> None:
        """Accept no more, write what is held, close the store. Raises `DrainTimeout` if something
        was still held after `timeout` seconds; the store is closed all the same."""
        await self.aclose(timeout)
        if self.ledger.held:
            raise self._drain_timeout(timeout)

    async def aclose(self, timeout: float | None = 5.0) -> int:
        """Like `stop`, but does not raise. Returns how many operations could not be written."""
        return await self._writer.close(timeout)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # Writing

    def enqueue(self, operation: Operation, priority: object = None) -> Verdict:
        """Take an operation, or say why not; never waits. Raises TypeError or ValueError, naming
        the field, for a caller's mistake; never because of load."""
        verdict = self._writer.offer(self._read(operation, priority))
        if verdict.reason in (Reason.QUEUE_FULL, Reason.QUEUE_BYTES):
            self._hurry()
        return verdict

    async def put(self, operation: Operation, priority: object = None) -> Verdict:
        """Like `enqueue`, but waits for room instead of being refused."""
        item = self._read(operation, priority)
        if self._core.must_wait(item):
            self._hurry()
        await self._writer.wait_for_room(item)
        return self._writer.offer(item)

    def store(
        self,
        id: str,
        content: str,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        *,
        priority: object = None,
    ) -> Verdict:
        """Set an entry's content, tags and metadata."""
        metadata = {} if metadata is None else metadata
        return self.enqueue(StoreOperation(id, content, tags, metadata), priority)

    def update(self, id: str, changes: Mapping[str, Any], *, priority: object = None) -> Verdict:
        """Set some of an entry's content, tags and metadata, if it is stored."""
        return self.enqueue(UpdateOperation(id, changes), priority)

    def delete(self, id: str, *, priority: object = None) -> Verdict:
        """Remove an entry and its vector."""
        return self.enqueue(DeleteOperation(id), priority)

    def vector(
        self, id: str, embedding: Sequence[float], label: int = 0, *, priority: object = None
    ) -> Verdict:
        """Set an entry's embedding and label."""
        return self.enqueue(VectorOperation(id, embedding, label), priority)

    def clear(self) -> int:
        """Cancel all that is queued; how many it was. A batch that is under way goes on."""
        cancelled = self._core.cancel_all(self._writer.clock.now())
        self._writer.changed()
        return cancelled

    # Reading: what was enqueued before is seen

    async def get(self, id: str) -> Entry | None:
        """The entry, with all that was enqueued so far. Raises `FlushError` where that can't be
        written; ask the store itself to read without waiting."""
        await self.flush()
        return await self._store.get(id)

    async def search(self, embedding: Sequence[float], k: int = 10) -> list[Match]:
        """The `k` entries nearest by cosine, the best first, with all that was enqueued so far."""
        await self.flush()
        return await self._store.search(embedding, k)

    # Waiting

    async def flush(self, timeout: float | None = 30.0) -> None:
        """Until everything accepted so far is durable, dead or cancelled. Raises `FlushError`
        after `timeout` seconds, or as soon as the store is known to fail."""
        if self.ledger.held:
            self._must_run()
        await self._writer.flush(timeout)

    async def wait_for_drain(self, timeout: float | None = 30.0) -> None:
        """Until nothing is held, without waiting for the interval; patient with a store that
        fails. Raises `DrainTimeout` after `timeout` seconds, `FlushError` where the queue stops
        before."""
        try:
            async with asyncio.timeout(timeout):
                while self.ledger.held:
                    self._must_run()
                    await self._writer.flush(None, patient=True)
        except TimeoutError:
            raise self._drain_timeout(timeout) from self._writer.last_error

    # Knowing

    def is_idle(self) -> bool:
        """Whether nothing is held."""
        return not self.ledger.held

    def stats(self) -> WriteQueueStats:
        """The figures at this instant."""
        return stats_of(self._core)

    @property
    def ledger(self) -> Ledger:
        """The engine's account, by priority; its law holds at every instant."""
        return self._core.ledger

    def on(self, name: EventName, listener: Callable[..., Any]) -> Callable[[], None]:
        """Have `listener` called: `writeFailure(DeadOperation)`, `batchProcessed(count)`,
        `queueDrained()`. Returns a function that ends it. One that raises is removed."""
        return self.subscribe(self._translator.observer(name, listener))

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Have `observer` called with every `Event` of the engine (breaker, backpressure, …)."""
        return self._writer.fanout.subscribe(observer)

    @property
    def dead_letters(self) -> tuple[DeadOperation, ...]:
        """What the store would not take in this run: the last 1,000."""
        return tuple(map(dead_operation, self._writer.dead_letters.recent))

    async def list_dead_letters(self) -> list[DeadOperation]:
        """All, those that the store kept from earlier runs too."""
        return [dead_operation(letter) for letter in await self._writer.dead_letters.all()]

    async def replay_dead_letters(self, ids: Collection[str] | None = None) -> list[Verdict]:
        """Enqueue these (None: all) again, behind everything that came since. What is accepted is
        no dead letter any more once it is durable."""
        letters = await self._writer.dead_letters.all()
        chosen = [letter for letter in letters if ids is None or letter.id in ids]
        now, wall = self._writer.clock.now(), self._writer.clock.wall()
        items = [to_item(from_text(one.trace), one.priority, now, wall, one.id) for one in chosen]
        verdicts = [self._writer.offer(item) for item in items]
        self._writer.dead_letters.replayed(verdict.id for verdict in verdicts if verdict)
        return verdicts

    def _read(self, operation: object, priority: object) -> QueuedTrace:
        clock = self._writer.clock
        return read_operation(operation, priority, clock.now(), clock.wall(), self._new_id)

    def _hurry(self) -> None:
        """A full queue does not wait for its interval."""
        self._core.flush()
        self._writer.changed()

    def _must_run(self) -> None:
        if not self._started:
            raise RuntimeError("the queue is not started: await start(), or use `async with`")

    def _drain_timeout(self, timeout: float | None) -> DrainTimeout:
        error = self._writer.last_error
        return DrainTimeout(
            f"{self.ledger.held} operations are still held after {timeout} s; "
            f"last error: {error and text_of(error)}"
        )
