"""What the store would not take, and what can be done about it.

Letters are kept in the store where it can keep them, and the last 1,000 of this run in memory too.
One that is replayed is kept until its trace is durable: until then nobody else has it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain
from typing import cast

from .batch import Batch, DeadLetter
from .ports import BatchStore, DeadLetterStore
from .trace import QueuedTrace

logger = logging.getLogger("pyqueue")

KEPT = 1_000


class DeadLetters:
    """The letters of a store. An id stands for one letter: a trace that dies again replaces it."""

    def __init__(self, store: BatchStore) -> None:
        self._store = letter_store(store)
        self._recent: dict[str, DeadLetter] = {}
        self._replayed: set[str] = set()
        self._unburied: set[str] = set()

    @property
    def recent(self) -> tuple[DeadLetter, ...]:
        """Those of this run that were not purged: the last 1,000."""
        return tuple(self._recent.values())

    def remember(self, letters: Iterable[DeadLetter]) -> None:
        """Keep them in memory; `bury` then keeps them in the store."""
        for letter in letters:
            self._replayed.discard(letter.id)
            self._recent.pop(letter.id, None)
            self._recent[letter.id] = letter
        while len(self._recent) > KEPT:
            del self._recent[next(iter(self._recent))]

    async def bury(self, letters: Iterable[DeadLetter] = ()) -> None:
        """Keep them in the store, if it can, and those that it could not before; never raises."""
        again = [one for one in self.recent if one.id in self._unburied] if self._unburied else ()
        letters = [*again, *letters]
        if self._store is None or not letters:
            return
        self._unburied.clear()
        try:
            await self._store.bury(letters)
        except Exception as error:
            self._unburied.update(letter.id for letter in letters)
            logger.warning("%d dead letters are in memory only for now: %r", len(letters), error)

    async def all(self) -> list[DeadLetter]:
        """Every letter, of this run and of earlier ones, in the order of their deaths."""
        stored = await self._store.letters() if self._store else []
        found = {letter.id: letter for letter in [*self._recent.values(), *stored]}
        return sorted(found.values(), key=lambda letter: letter.time)

    def replayed(self, ids: Iterable[str]) -> None:
        """These were accepted again."""
        self._replayed.update(ids)

    def stored(self, batches: Iterable[Batch]) -> list[str]:
        """These are durable: what was a letter is none any more. What the store is to forget."""
        if not self._replayed:
            return []
        items = chain.from_iterable(batch.items() for batch in batches)
        done = self._replayed.intersection(chain.from_iterable(item.ids for item in items))
        self._replayed -= done
        for id in done:
            self._recent.pop(id, None)
        return sorted(done)

    async def forget(self, ids: list[str]) -> None:
        """Throw these away, whose traces are stored; never raises."""
        try:
            await self._drop(ids)
        except Exception as error:
            logger.warning("%d letters are stored, and kept: %s", len(ids), error)

    async def review(self, id: str, resolution: str) -> bool:
        """Note what was found out about a letter. False where there is none with this id."""
        letter = next((letter for letter in await self.all() if letter.id == id), None)
        if letter is None:
            return False
        reviewed = replace(letter, resolution=resolution)
        if id in self._recent:
            self._recent[id] = reviewed
        if self._store:
            await self._store.bury([reviewed])
        return True

    async def purge(self, ids: Collection[str]) -> int:
        """Throw these away; how many there were."""
        gone = [letter.id for letter in await self.all() if letter.id in ids]
        await self._drop(gone)
        return len(gone)

    async def _drop(self, ids: list[str]) -> None:
        for id in ids:
            self._recent.pop(id, None)
        if self._store and ids:
            await self._store.forget(ids)


def letter_store(store: object) -> DeadLetterStore | None:
    """The store, where it keeps letters."""
    keeps = all(hasattr(store, name) for name in ("bury", "letters", "forget"))
    return cast(DeadLetterStore, store) if keeps else None


def revive(letter: DeadLetter, now: float) -> QueuedTrace:
    """The letter's trace, as it was before it died."""
    record = json.loads(letter.trace)
    size = len(letter.trace.encode())
    trace_id = record.get("traceId", "")
    return QueuedTrace(
        letter.id, letter.priority, record["timestamp"], trace_id, letter.trace, size, now
    )
