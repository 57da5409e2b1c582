"""An operation store, as the engine's writer sees it: batches in, bulk calls out."""

from __future__ import annotations

from typing import Any, cast

from ..batch import Batch, DeadLetter
from ..dead_letters import letter_store
from ..ports import BatchStore, DeadLetterStore
from ..query import TraceQuery
from .operations import from_text
from .plan import BulkWrite, plan
from .ports import OperationStore


class BulkStore:
    """Hands each batch to the operation store, in bulks."""

    def __init__(self, store: OperationStore) -> None:
        self.store = store

    async def open(self) -> None:
        await self.store.open()

    async def write(self, batch: Batch) -> None:
        operations = [from_text(item.text) for item in batch.traces()]
        last = batch.rows[-1].seq_last
        await self.store.apply(BulkWrite(batch.rows[0].session, last, tuple(plan(operations))))

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        """No traces are kept here."""
        return []

    async def close(self) -> None:
        await self.store.close()


class BulkStoreWithLetters(BulkStore):
    """The same for a store that also keeps dead letters."""

    @property
    def _box(self) -> DeadLetterStore:
        return cast(DeadLetterStore, self.store)

    async def bury(self, letters: list[DeadLetter]) -> None:
        await self._box.bury(letters)

    async def letters(self) -> list[DeadLetter]:
        return await self._box.letters()

    async def forget(self, ids: list[str]) -> None:
        await self._box.forget(ids)


def bulk_store(store: OperationStore) -> BatchStore:
    """The store for the writer."""
    return BulkStoreWithLetters(store) if letter_store(store) else BulkStore(store)
