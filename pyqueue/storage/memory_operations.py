"""Entries and vectors in memory: for tests, and as the reference for the other stores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from itertools import islice

from ..write_queue.entry import Entry, after
from ..write_queue.plan import BulkWrite
from ..write_queue.search import CHUNK, read_search
from ..write_queue.vectors import Match


class MemoryOperationStore:
    """Keeps entries in a dict, gone with the process."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._applied: dict[str, int] = {}

    def __repr__(self) -> str:
        return f"<MemoryOperationStore {len(self.entries)} entries>"

    async def open(self) -> None:
        """Nothing to do."""

    async def apply(self, write: BulkWrite) -> None:
        if write.last <= self._applied.get(write.session, 0):
            return
        for bulk in write.bulks:
            for operation in bulk.operations:
                entry = after(self.entries.pop(operation.id, None), operation)
                if entry is not None:
                    self.entries[operation.id] = entry
        self._applied[write.session] = write.last

    async def get(self, id: str) -> Entry | None:
        entry = self.entries.get(id)
        # A copy, as from any other store: what the caller does to it changes nothing here.
        return entry and replace(entry, metadata=deepcopy(entry.metadata))

    async def search(self, embedding: Sequence[float], k: int = 10) -> list[Match]:
        nearest = read_search(embedding, k)
        left = iter(list(self.entries.values()))
        while chunk := list(islice(left, CHUNK)):
            nearest.look((e.id, e.label or 0, e.embedding) for e in chunk if e.embedding)
            await asyncio.sleep(0)
        return nearest.matches()

    async def close(self) -> None:
        """Nothing to do; what was applied can still be read."""
