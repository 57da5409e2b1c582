"""What both queues are to their users: one set of methods, one conformance suite.

`TraceQueueProcessor` and `SimpleFifoQueue` differ in the lanes they run on, and in nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from .batch import DeadLetter
from .clock import Ids, SystemClock, new_session
from .config import QueueConfig, QueueKind, chosen, defaults
from .core.lanes import Discipline
from .core.ledger import Ledger
from .core.queue import Fate, QueueCore
from .dead_letters import revive
from .observe.health import Health, Vitals, diagnose
from .observe.metrics import QueueMetrics, counts_of, latencies_of
from .observe.windows import WindowMetrics
from .parcel import Item, Parcel
from .ports import BatchStore, Clock, MemoryProbe, Observer, StreamingStore
from .priority import TracePriority
from .query import TraceQuery
from .redaction import DEFAULT, Redaction
from .streaming import PAGE, TraceStream
from .trace import QueuedTrace, read_trace
from .verdict import Reason, Verdict, accepted
from .writer import Writer

if TYPE_CHECKING:
    from .formats.export import TraceExport

STORE_METHODS = ("open", "write", "query", "close")


class TraceQueue:
    """A queue of traces in front of a store. Use as an async context manager.

    `store` keeps the batches; `config` how to behave; `redaction` what is hidden (None: nothing);
    `clock`, `memory` (the platform's heap), `chance` (numbers in 0..1, for the jitter) and
    `session` are for platforms and tests.
    """

    kind: ClassVar[QueueKind]
    lanes: ClassVar[Callable[[], Discipline]]

    def __init__(
        self,
        *,
        store: BatchStore,
        config: QueueConfig | None = None,
        redaction: Redaction | None = DEFAULT,
        clock: Clock | None = None,
        memory: MemoryProbe | None = None,
        chance: Callable[[], float] = random.random,
        session: str | None = None,
    ) -> None:
        missing = [name for name in STORE_METHODS if not callable(getattr(store, name, None))]
        if missing:
            raise TypeError(f"store {store!r} lacks {', '.join(missing)}")
        clock = clock or SystemClock()
        session = session or new_session(clock.wall())
        core = QueueCore(chosen(config), type(self).lanes(), session, chance)
        self._writer = Writer(core, store, clock, memory)
        self._new_id = Ids(session)
        self._redaction = redaction
        self._retired = False

    def __repr__(self) -> str:
        ledger = self._core.ledger
        return (
            f"<{type(self).__name__} {ledger.total('queued')} queued, "
            f"{ledger.total('in_flight')} in flight, {ledger.total('retrying')} retrying, "
            f"{ledger.total('written')} written, {ledger.held_bytes} bytes, "
            f"breaker {self._core.batcher.breaker.state}>"
        )

    async def __aenter__(self) -> Self:
        await self._writer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def _core(self) -> QueueCore:
        return self._writer.core

    @property
    def session(self) -> str:
        """Names this run in the store."""
        return self._core.batcher.session

    @property
    def config(self) -> QueueConfig:
        return self._core.config

    @property
    def ledger(self) -> Ledger:
        """The account itself, for reading; `metrics()` is a snapshot of it."""
        return self._core.ledger

    # Producing

    def enqueue(
        self, trace: object, priority: object = None, *, ttl: float | None = None
    ) -> Verdict:
        """Take a trace, or say why not. Never waits.

        `trace` is a mapping with a `name`, or a pydantic model of one. `priority` None takes the
        trace's own, or infers it. After `ttl` ms in the queue it is not worth writing, unless it
        is CRITICAL. Raises TypeError or ValueError, naming the field, for what is no trace; never
        because of load.
        """
        item = self._read(trace, priority, ttl)
        return self.offer(item) if self._retired else self._writer.offer(item, item.enqueued_at)

    async def put(
        self, trace: object, priority: object = None, *, ttl: float | None = None
    ) -> Verdict:
        """Like `enqueue`, but waits for room instead of being refused or evicting anything, and
        lets the loop turn now and then: a burst does not hold the page."""
        item = self._read(trace, priority, ttl)
        if self._retired:
            return self.offer(item)
        # Also when another queue has taken over meanwhile.
        return await self._writer.put(item, item.enqueued_at)

    async def put_all(self, traces: Iterable[object], priority: object = None) -> list[Verdict]:
        """Like `put` for each, in one go, for half of Python's instructions. The verdicts are in
        the order of the traces.

        Takes as many from the iterable at a time as go into a batch. In these, what matters more
        enters first; where order is all, in the order given. What `put` raises, or the iterable,
        comes when all traces before that one are taken (or refused), and none behind it is.
        """
        from .chunks import by_priority, read_all  # which a page's queue has no use for

        writer, read = self._writer, (self._new_id, self._redaction)
        verdicts: list[Verdict] = []
        is_retired = self._retired  # another queue that takes over meanwhile takes the rest, too
        for chunk in read_all(traces, priority, self.config, writer.clock, *read):
            if is_retired:
                verdicts += map(self.offer, chunk)
                continue
            refused: dict[QueuedTrace, Verdict] = {}
            for alike in by_priority(chunk, self._core.lanes.in_order):
                refused |= await writer.put_together(alike)
            verdicts += [refused[item] if item in refused else accepted(item.id) for item in chunk]
        return verdicts

    @property
    def desired_size(self) -> int:
        """How many more traces the queue wants: 0 where it is full in places, in bytes or because
        the platform's heap is tight (the `desiredSize` of WHATWG streams, never below 0)."""
        self._writer.look()
        return self._core.desired_size()

    async def ready(self) -> None:
        """Wait until the queue wants more; at once where it does, or where waiting can't help."""
        await self._writer.wait_until(
            lambda: self.desired_size > 0 or not self.ledger.held or self._core.closed
        )

    def offer(self, item: QueuedTrace) -> Verdict:
        """Take a trace that is encoded already."""
        if self._retired:
            self._writer.refuse(item.priority, Reason.CLOSED)
            return Verdict(False, Reason.CLOSED, item.id)
        return self._writer.offer(item)

    def offer_parcels(self, parcels: Iterable[Parcel]) -> None:
        """Take parcels of encoded traces; the account tells what became of them."""
        if self._retired:
            for parcel in parcels:
                for trace in parcel.traces():
                    self.offer(trace)
        else:
            self._writer.offer_parcels(parcels)

    # Knowing and steering

    async def flush(self, timeout: float | None = 30.0) -> None:
        """Wait until everything accepted so far is durable (or dead, evicted, cancelled).

        Raises `FlushError` after `timeout` seconds, or as soon as the store is known to fail; the
        traces then stay in the queue.
        """
        await self._writer.flush(timeout)

    async def aclose(self, timeout: float | None = 5.0) -> int:
        """Accept no more, write what is held, the most important first, and close the store. Ends
        within `timeout` seconds and does not raise. Returns how many traces could not be written;
        they are still counted as held."""
        return 0 if self._retired else await self._writer.close(timeout)

    def abandon(self) -> None:
        """Stop at once, and write no more; what is held stays held. For who has it elsewhere."""
        self._writer.abandon()

    def metrics(self) -> QueueMetrics:
        """The figures at this instant."""
        self._writer.look()
        core, clock = self._core, self._writer.clock
        uptime = clock.now() - self._writer.started_at
        written = core.ledger.total("written")
        heap = core.limiter.heap
        return QueueMetrics(
            **counts_of(core.ledger),
            **latencies_of(core.latencies),
            throughput=written / uptime * 1000 if uptime > 0 else 0.0,
            heap=heap._asdict() if heap else None,
            pressure=core.limiter.pressure,
            batch_target=core.batcher.target.size,
            breaker=core.batcher.breaker.state,
            mode=self.kind,
            consent=core.has_consent,
            uptime=uptime,
        )

    def window(self, minutes: float = 60) -> WindowMetrics:
        """What happened in the last minutes (up to 1,440)."""
        writer = self._writer
        return writer.history.window(minutes, writer.clock.now(), self.ledger.totals())

    def health(self) -> Health:
        """A grade, with the reasons where it is not healthy."""
        held, held_bytes = self.ledger.held, self.ledger.held_bytes
        config = self.config
        return diagnose(
            Vitals(
                metrics=self.metrics(),
                window=self.window(60),
                capacity=max(held / config.max_queue_size, held_bytes / config.max_queue_bytes),
                unreviewed=sum(letter.resolution is None for letter in self.dead_letters),
            )
        )

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Have `observer` called with every `Event` from now on. Returns a function that ends
        it."""
        return self._writer.fanout.subscribe(observer)

    def on_settled(self, tell: Callable[[Fate, Iterable[Item]], None]) -> None:
        """Have `tell` called with all traces and parcels that are held no longer, and how they
        ended. One listener at a time; it must not raise."""
        self._core.on_settled = tell

    async def query(
        self,
        query: TraceQuery | None = None,
        /,
        *,
        also: Iterable[dict[str, Any]] = (),
        **conditions: Any,
    ) -> list[dict[str, Any]]:
        """Traces stored and still held that match, each once; see `TraceQuery` for the
        conditions. `also` are traces that count as held."""
        query = query or TraceQuery(**conditions)
        # The held ones first: a trace that is stored meanwhile is then seen twice, never missed.
        held = [*self._held(query), *also]
        if query.id is not None and (found := query.select(held)):
            return found
        return query.join(await self._writer.store.query(query), held)

    def stream(
        self,
        query: TraceQuery | None = None,
        /,
        *,
        page_size: int = PAGE,
        also: Iterable[dict[str, Any]] = (),
        **conditions: Any,
    ) -> TraceStream:
        """The same a page at a time, in constant memory, with the progress: for `async for`.

        What is held or stored at the beginning is in it, unless it is deleted or its row merged
        meanwhile; what comes later may be. Nothing stays open from one page to the next, so a
        stream may be left at any time. Raises TypeError where the store can't be streamed.
        """
        query = query or TraceQuery(**conditions)
        if isinstance(page_size, bool) or not isinstance(page_size, int) or page_size < 1:
            raise ValueError(f"page_size must be a whole number of at least 1, not {page_size!r}")
        store = self._writer.store
        if not hasattr(store, "walk"):
            raise TypeError(f"store {store!r} can't be streamed: it lacks walk")
        held = [*self._held(query), *also]
        return TraceStream(cast(StreamingStore, store).walk(query), query, held, page_size)

    def export(
        self,
        format: str = "ndjson",
        query: TraceQuery | None = None,
        /,
        *,
        options: Mapping[str, Any] | None = None,
        page_size: int = PAGE,
        also: Iterable[dict[str, Any]] = (),
        **conditions: Any,
    ) -> TraceExport:
        """What `stream` finds, as a file of one of `formats.FORMATS`: an async iterator of text,
        in constant memory, which tells its `progress`. `options` are the format's; where no order
        is asked for, it is the one that suits the format. Raises ValueError for an unknown format,
        TypeError or ValueError for a wrong option or condition."""
        from .formats import format_named  # a page loads them when something is exported
        from .formats.export import TraceExport

        known = format_named(format)
        query = query or TraceQuery(**{"order": known.order, **conditions})
        encoder = known.encoder(**(options or {}))
        return TraceExport(self.stream(query, page_size=page_size, also=also), encoder)

    def _held(self, query: TraceQuery) -> list[dict[str, Any]]:
        """What is held and can match, decoded."""
        return [
            record
            for item in self._core.held()
            if query.id is None or item.holds(query.id)
            for record in item.records()
        ]

    def status(self, id: str) -> str | None:
        """ "queued", "in_flight" or "retrying"; None where this queue does not hold the trace."""
        batcher = self._core.batcher
        if self._core.find(id):
            return "queued"
        for batch in batcher.outstanding():
            if any(item.holds(id) for item in batch.items()):
                return "in_flight" if batcher.is_in_flight(batch) else "retrying"
        return None

    async def lookup(self, id: str) -> str | None:
        """Like `status`, but looks into the store too: "written" where it is there."""
        held = self.status(id)
        if held is None and await self._writer.store.query(TraceQuery(id=id, limit=1)):
            return "written"
        return held

    def cancel(self, id: str) -> bool:
        """Take a queued trace out again. False where it is not queued (any more)."""
        done = self._core.cancel(id, self._writer.clock.now())
        self._writer.changed()
        return done

    def reprioritize(self, id: str, priority: object) -> bool:
        """Move a queued trace to another priority, by its age. False where it is not queued."""
        done = self._core.reprioritize(
            id, int(TracePriority.of(priority)), self._writer.clock.now()
        )
        self._writer.changed()
        return done

    def pause(self) -> None:
        """Write no more for now. Traces are taken as ever, until the queue is full."""
        self._core.pause(True, self._writer.clock.now())
        self._writer.changed()

    def resume(self) -> None:
        """Write again."""
        self._core.pause(False, self._writer.clock.now())
        self._writer.changed()

    def set_consent(self, given: bool) -> None:
        """Whether traces may be kept. Without consent all are refused and nothing of them is kept;
        what is held is evicted at once, but for what is being written. TypeError for no bool."""
        if not isinstance(given, bool):
            raise TypeError(f"consent is True or False, not {type(given).__name__}")
        self._core.consent(given, self._writer.clock.now())
        self._writer.changed()

    def reconfigure(self, **changes: Any) -> None:
        """Change options of `QueueConfig` at once, at any load. What is held stays, also where it
        is more than the new limits allow. Raises TypeError or ValueError, naming the option; the
        queue then goes on as before. The kind of queue is changed by `succeed` or the service."""
        unknown = [name for name in changes if name == "queue" or name not in defaults()]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no option that can be changed")
        self._core.configure(replace(self.config, **changes), self._writer.clock.now())
        self._writer.changed()

    # Dead letters

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """What the store would not take in this run: the last 1,000."""
        return self._writer.dead_letters.recent

    async def list_dead_letters(self) -> list[DeadLetter]:
        """All that the store keeps, of earlier runs too, in the order of their deaths."""
        return await self._writer.dead_letters.all()

    async def replay_dead_letters(self, ids: Collection[str] | None = None) -> list[Verdict]:
        """Offer these (None: all) again. What is accepted is no letter any more once it is
        durable."""
        letters = await self._writer.dead_letters.all()
        chosen = [letter for letter in letters if ids is None or letter.id in ids]
        now = self._writer.clock.now()
        verdicts = [self.offer(revive(letter, now)) for letter in chosen]
        self._writer.dead_letters.replayed(verdict.id for verdict in verdicts if verdict)
        return verdicts

    async def review_dead_letter(self, id: str, resolution: str) -> bool:
        """Note what was found out about a letter. False where there is none with this id."""
        return await self._writer.dead_letters.review(id, resolution)

    async def purge_dead_letters(self, ids: Collection[str]) -> int:
        """Throw these letters away; how many there were."""
        return await self._writer.dead_letters.purge(ids)

    # Succession

    @classmethod
    def succeed(cls, old: TraceQueue) -> Self:
        """A queue of this kind that takes over all that `old` holds, its store and its account.

        What is queued changes lanes; what is being written goes on. `old` refuses from now on.
        """
        new = cls.__new__(cls)
        new._writer, new._new_id, new._retired = old._writer, old._new_id, False
        new._redaction = old._redaction
        old._retired = True
        new._core.use(cls.lanes(), cls.kind, new._writer.clock.now())
        new._writer.changed()
        return new

    def _read(self, trace: object, priority: object, ttl: float | None) -> QueuedTrace:
        clock = self._writer.clock
        item = read_trace(trace, priority, clock.now(), clock.wall, self._new_id, self._redaction)
        if ttl is not None:
            if isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or not ttl >= 0:
                raise ValueError(f"ttl must be a number of ms of at least 0, not {ttl!r}")
            item.expires_at = item.enqueued_at + ttl
        return item
