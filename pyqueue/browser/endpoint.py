"""What a page talks to: traces come in as parcels, calls and their answers as JSON.

web/worker.js makes one `Endpoint`, in a worker or in the page, and hands it what arrives at its
port. Nothing here converts a trace between Python and JavaScript: its JSON text passes by.
The messages are described in web/README.md.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, replace
from importlib import invalidate_caches
from typing import Any

from ..config import QueueConfig
from ..core.queue import Fate
from ..encoding import encode, plain
from ..errors import ConfigError
from ..events import Event
from ..parcel import Elsewhere, Item, Parcel
from ..priority import TracePriority
from ..service import ActionTraceOutputService
from ..upkeep import RetentionPolicy
from .caretaker import Caretaker
from .indexeddb import IndexedDBStore
from .interop import install
from .naming import camel, camel_keys, snake
from .platform import BrowserClock, BrowserHeap
from .receipts import Receipts
from .streams import Streams, query_from
from .timers import clear_cancelled_timers

RESERVE = 1 / 8
"""Share of the queue that a page's ordinary traces leave free, for what can't wait."""


class Endpoint:
    """One page's queue. `post` sends a JSON text to the page; `await_turn` has `turn` called in a
    task of its own; `unpack` brings the files of modules that are imported late, out of an archive
    of this name."""

    def __init__(
        self,
        post: Callable[[str], None],
        await_turn: Callable[[], None],
        unpack: Callable[[str], Awaitable[None]],
    ) -> None:
        self._post = post
        self._await_turn = await_turn
        self._unpack = unpack
        self._is_awaited = False
        self._arrived: list[Parcel] = []
        self._heap = BrowserHeap()
        self._store: IndexedDBStore | None = None
        self._service: ActionTraceOutputService
        self._caretaker: Caretaker
        self._receipts = Receipts()
        self._received = [0, 0, 0, 0]
        self._received_bytes = 0
        self._listened: set[str] = set()
        self._immediate = {"listen": self._listen, "setConsent": self._set_consent}
        self._methods: dict[str, Callable[..., Awaitable[Any]]] = {
            "flush": self._flush,
            "metrics": self._metrics,
            "query": self._query,
            **Streams(lambda: self._service.queue, unpack).methods,
            "status": self._status,
            "cancel": self._cancel,
            "reprioritize": self._reprioritize,
            "setQueue": self._set_queue,
            "pause": self._pause,
            "resume": self._resume,
            "reconfigure": self._reconfigure,
            "window": self._window,
            "health": self._health,
            "deadLetters": self._dead_letters,
            "replayDeadLetters": self._replay_dead_letters,
            "reviewDeadLetter": self._review_dead_letter,
            "purgeDeadLetters": self._purge_dead_letters,
            "lead": self._lead,
            "resign": self._resign,
            "enforceRetention": self._enforce_retention,
            "upkeepProgress": self._upkeep_progress,
            "stopUpkeep": self._stop_upkeep,
            "setRetention": self._set_retention,
            "settings": self._settings,
            "tracks": self._draw_tracks,
            "shutdown": self._shutdown,
        }

    async def start(self, options: str) -> str:
        """Validate, open, run. Returns `{queue, ignored}`, or `{error}`."""
        return await self._answer(self._start, json.loads(options))

    def take(self, head: str, text: Elsewhere) -> None:
        """A parcel of the page's: its text, and all else that a `Parcel` holds as a JSON object. It
        is offered in the next turn, with those that come until then."""
        self._arrived.append(Parcel(text=text, **json.loads(head)))

    def turn(self) -> None:
        """Offer what came since the last, and tell the page how much it may have sent, in all,
        since the start, and what is settled.

        The figures are totals, so a grant that crosses a message on its way does no harm. What is
        not settled the page keeps, in case this Python ends before its work is done.
        """
        self._is_awaited = False
        queue = self._service.queue
        if self._arrived:
            arrived, self._arrived = self._arrived, []
            for parcel in arrived:
                parcel.ref = sum(self._received) + 1
                self._received[parcel.priority] += parcel.count
                self._received_bytes += parcel.size
            queue.offer_parcels(arrived)
        self._post(plain({"grant": self._grant(), "settled": self._receipts.take()}))

    def _grant(self) -> list[int]:
        """Count and bytes; then the same for what can't wait, which the reserve is there for. Where
        nothing is held there is room for a trace of any size, or it might wait for ever."""
        ledger, config = self._service.queue.ledger, self._service.queue.config
        count = sum(self._received) - ledger.held
        size = self._received_bytes - ledger.held_bytes
        least, least_bytes = (0, 0) if ledger.held else (1, config.max_trace_bytes)
        totals = [
            total
            for share in (1 - RESERVE, 1)
            for total in (
                count + max(least, config.max_queue_size * share),
                size + max(least_bytes, config.max_queue_bytes * share),
            )
        ]
        return [max(0, int(total)) for total in totals]

    def turn_soon(self) -> None:
        """Once, after all that happens now."""
        if not self._is_awaited:
            self._is_awaited = True
            self._await_turn()

    def heap(self, used: float, limit: float) -> None:
        """The page's reading of its JS heap, in bytes."""
        self._heap.tell(used, limit)

    def abandon(self) -> None:
        """Write no more: the page has what is held, and gives it to another. Lets go of all."""
        if self._store is not None:
            self._service.queue.abandon()
            self._caretaker.resign()
            self._closing = asyncio.ensure_future(self._store.close())

    def call(self, method: str, arguments: str) -> str | Awaitable[str]:
        """Call a method with a JSON array of arguments. Returns `{result}` or `{error}`, or what
        resolves to it: a task begins later, but what the page listens for, and consent, hold at
        once, lest something happen before, or traces pass it by."""
        if method in self._immediate:
            self._immediate[method](*json.loads(arguments))
            return encode({"result": None})
        return self._answer(self._methods[method], *json.loads(arguments))

    async def _answer(self, method: Callable[..., Awaitable[Any]], *arguments: Any) -> str:
        try:
            return encode({"result": await method(*arguments)})
        except Exception as error:  # it is the page's to handle
            message = str(error)
            if message.startswith("Endpoint._"):  # an argument is missing
                message = camel(message[10:])
            return encode({"error": {"name": type(error).__name__, "message": message}})

    async def _start(self, options: dict[str, Any]) -> dict[str, Any]:
        clear_cancelled_timers()
        random.seed()  # or all Pythons from one snapshot would jitter alike
        config = QueueConfig()
        if options.get("config"):
            config = (await self._doors()).config_from(options["config"])
        if options.get("queue") is not None:
            config = _with_queue(config, options["queue"])
        policy = RetentionPolicy()
        if options.get("retention"):
            policy = (await self._doors()).retention_from(options["retention"])
        clock = BrowserClock(options["skew"])
        store = IndexedDBStore(options["database"])
        self._caretaker = Caretaker(store, policy, clock)
        self._service = ActionTraceOutputService(
            store=store,
            config=config,
            url=options["url"],
            storage=options["storage"],
            clock=clock,
            memory=self._heap,
            session=options["session"],
        )
        self._service.subscribe(self._tell)
        self._service.subscribe(self._caretaker.heard)
        self._service.queue.on_settled(self._settled)
        await self._service.__aenter__()
        self._store = store
        self.turn()
        return {"queue": self._service.queue.kind, "ignored": self._service.choice.ignored}

    # What the page asks

    async def _doors(self) -> Any:
        """What validates: it takes a second to load, and most pages set nothing."""
        await self._unpack("pyqueue")
        await install("pydantic")
        from .. import doors

        return doors

    async def _flush(self) -> None:
        await self._service.queue.flush()

    async def _metrics(self) -> dict[str, Any]:
        return {**camel_keys(asdict(self._service.metrics())), "received": self._received}

    async def _query(self, conditions: dict[str, Any], waiting: list[str]) -> list[dict[str, Any]]:
        """`waiting` holds traces that the page has not handed over."""
        also = [json.loads(text) for text in waiting]
        return await self._service.queue.query(query_from(conditions), also=also)

    async def _status(self, id: str) -> str | None:
        return await self._service.queue.lookup(id)

    async def _cancel(self, id: str) -> bool:
        cancelled = self._service.queue.cancel(id)
        self.turn_soon()
        return cancelled

    async def _reprioritize(self, id: str, priority: object) -> str | None:
        """The priority that it has now, by name."""
        level = TracePriority.of(priority)
        return level.label if self._service.queue.reprioritize(id, level) else None

    async def _set_queue(self, kind: str) -> str:
        self._service.set_queue(kind)
        return self._service.queue.kind

    async def _pause(self) -> None:
        self._service.queue.pause()

    async def _resume(self) -> None:
        self._service.queue.resume()

    async def _reconfigure(self, changes: Any = None) -> None:
        (await self._doors()).config_from(changes)
        self._service.queue.reconfigure(**{snake(key): value for key, value in changes.items()})
        self.turn_soon()

    async def _window(self, minutes: float = 60) -> dict[str, Any]:
        window: dict[str, Any] = camel_keys(asdict(self._service.queue.window(minutes)))
        return window

    async def _health(self) -> dict[str, Any]:
        return asdict(self._service.queue.health())

    async def _dead_letters(self) -> list[dict[str, Any]]:
        letters = await self._service.queue.list_dead_letters()
        return [camel_keys(asdict(letter)) for letter in letters]

    async def _replay_dead_letters(self, ids: list[str] | None = None) -> int:
        return sum(map(bool, await self._service.queue.replay_dead_letters(ids)))

    async def _review_dead_letter(self, id: str, resolution: str) -> bool:
        return await self._service.queue.review_dead_letter(id, resolution)

    async def _purge_dead_letters(self, ids: list[str]) -> int:
        return await self._service.queue.purge_dead_letters(ids)

    def _listen(self, kind: str, wanted: bool = True) -> None:
        (self._listened.add if wanted else self._listened.discard)(kind)

    def _set_consent(self, given: bool) -> None:
        self._service.queue.set_consent(given)
        self.turn_soon()

    async def _lead(self, guard: int) -> None:
        self._caretaker.lead(guard)

    async def _resign(self) -> None:
        self._caretaker.resign()

    async def _upkeep_progress(self) -> dict[str, Any] | None:
        progress = self._caretaker.progress
        return asdict(progress) if progress else None

    async def _stop_upkeep(self) -> None:
        self._caretaker.stop()

    async def _enforce_retention(self, options: dict[str, Any] | None = None) -> dict[str, Any]:
        """`{dryRun, …}`: a dry run may try other options of the policy."""
        changes = dict(options or {})
        dry_run = bool(changes.pop("dryRun", False))
        if changes and not dry_run:
            raise ValueError(f"{next(iter(changes))} is for dry runs; set it by setRetention()")
        if changes:
            (await self._doors()).retention_from(changes)
        report = await self._caretaker.run(
            dry_run, **{snake(key): value for key, value in changes.items()}
        )
        answer: dict[str, Any] = camel_keys(asdict(report))
        return answer

    async def _set_retention(self, changes: dict[str, Any]) -> None:
        (await self._doors()).retention_from(changes)
        self._caretaker.reconfigure({snake(key): value for key, value in changes.items()})

    async def _settings(self) -> dict[str, Any]:
        """Of queue and retention: each option with its value, default and limits."""
        await self._bring_tools()
        from .tools.settings import described

        queue = self._service.queue
        return {
            "queue": queue.kind,
            "config": described(queue.config),
            "retention": described(self._caretaker.policy),
        }

    async def _bring_tools(self) -> None:
        if "pyqueue.browser.tools" not in sys.modules:
            await self._unpack("tools")
            invalidate_caches()

    async def _draw_tracks(self) -> None:
        """From now on; to be called once."""
        await self._bring_tools()
        from .tools.tracks import Tracks

        assert self._store is not None
        tracks = Tracks(self._service.queue.session, self._store.database)
        self._service.subscribe(tracks.heard)

    async def _shutdown(self) -> None:
        self._caretaker.resign()
        await self._service.queue.aclose()

    # What the page is told

    def _settled(self, fate: Fate, items: Iterable[Item]) -> None:
        self._receipts.note(fate, items)
        self.turn_soon()

    def _tell(self, event: Event) -> None:
        if event.kind in self._listened:
            self._post(encode({"event": event.kind, "payload": camel_keys(event.payload)}))


def _with_queue(config: QueueConfig, queue: Any) -> QueueConfig:
    try:
        return replace(config, queue=queue)
    except ValueError as error:
        raise ConfigError(str(error)) from None
