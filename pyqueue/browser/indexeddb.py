"""`IndexedDBStore`: one row per lane per batch, one transaction per batch."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from itertools import chain
from typing import Any

from ..batch import Batch, DeadLetter, Row
from ..errors import StoreRejected
from ..ports import RowWalk
from ..query import TraceQuery
from ..streaming import select
from .batches import write_rows
from .database import Database
from .interop import to_object
from .naming import camel, camel_keys
from .rows import decoded
from .texts import text_in
from .upkeep import IndexedDBUpkeep
from .walk import IndexedWalk
from .ways import Along, Found

logger = logging.getLogger("pyqueue")


class IndexedDBStore(IndexedDBUpkeep):
    """Keeps batches in the IndexedDB database `name`.

    Opens again by itself when the browser closed the connection. Durable: a write returns when its
    transaction is complete, with strict durability where the batch holds a CRITICAL trace. A
    session for which a fence stands writes no batch any more (`StoreFenced`).
    """

    def __init__(self, name: str = "pyqueue") -> None:
        self._database = Database(name)
        self._corrupt: set[Any] = set()

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<IndexedDBStore {self._database.name!r} {state}>"

    @property
    def database(self) -> Database:
        return self._database

    @property
    def corrupt_rows(self) -> int:
        """Rows met so far that can't be read; queries pass them over."""
        return len(self._corrupt)

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def write(self, batch: Batch) -> None:
        try:
            await self._put([batch], batch.rows)
        except StoreRejected:
            # A place in the session is taken once: rows, or parts of them, may be there from an
            # attempt whose answer was lost.
            missing = [row for row in batch.rows if not await self._holds(row)]
            if len(missing) == len(batch.rows):
                raise
            await self._put([batch], missing)

    async def write_together(self, batches: Sequence[Batch]) -> None:
        await self._put(batches, chain.from_iterable(batch.rows for batch in batches))

    async def _put(self, batches: Sequence[Batch], rows: Iterable[Row]) -> None:
        is_strict = any(batch.strict for batch in batches)
        await write_rows(self._database, batches[-1].account, rows, is_strict)

    async def bury(self, letters: list[DeadLetter]) -> None:
        def put(tx: Any) -> None:
            for letter in letters:
                tx.objectStore("dead_letters").put(to_object(camel_keys(asdict(letter))))

        await self._database.write(True, put)

    async def letters(self) -> list[DeadLetter]:
        (letters,) = await self._database.read("dead_letters", lambda letters: [letters.getAll()])
        names = [field.name for field in fields(DeadLetter)]
        return [DeadLetter(**{name: getattr(x, camel(name)) for name in names}) for x in letters]

    async def forget(self, ids: list[str]) -> None:
        def delete(tx: Any) -> None:
            for id in ids:
                tx.objectStore("dead_letters").delete(id)

        await self._database.write(True, delete)

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        return await select(self.walk(query), query)

    def walk(self, query: TraceQuery) -> RowWalk:
        can_hold, is_match = query.searcher(), query.matcher()

        def matches(found: Found) -> list[dict[str, Any]]:
            row = found.record
            try:
                if not query.wants_row(row.priority, row.mixed, row.tMin, row.tMax, row.traceIds):
                    return []
                text = text_in(row)
                return list(filter(is_match, decoded(str(text)))) if can_hold(text) else []
            except Exception as error:  # a disk may fail, and others may write: it may be anything
                self._passed_over(found.key, error)
                return []

        return IndexedWalk(self._database, query, matches)

    def _passed_over(self, key: Any, error: Exception) -> None:
        if not self._corrupt:
            # Its kind alone: the message may quote what users did.
            kind = type(error).__name__
            logger.warning("rows that can't be read are passed over; the first: %s", kind)
        self._corrupt.add(key)

    async def _holds(self, row: Row) -> bool:
        """Whether a stored row takes in all places of this one."""
        first, last = [row.session, 0], [row.session, row.seq_first]
        before = await Along(self._database, "order", first, last, backwards=True).read(1)
        return any(getattr(one.record, "seqLast", 0) >= row.seq_last for one in before)
