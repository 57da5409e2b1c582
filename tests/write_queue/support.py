"""A store that fails on demand, a queue on virtual time, and operations for Hypothesis."""

from __future__ import annotations

import asyncio
from collections import deque

from hypothesis import strategies as st

from pyqueue.errors import StoreRejected, StoreUnavailable
from pyqueue.storage.memory_operations import MemoryOperationStore
from pyqueue.testing import VirtualClock
from pyqueue.write_queue import (
    AsyncWriteQueue,
    DeleteOperation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
)
from pyqueue.write_queue.entry import after


class FaultyOperationStore(MemoryOperationStore):
    """Fails where it was asked to. `writes` lists what was attempted, `most_at_once` how many were
    under way, `delay` (s) how long each takes."""

    def __init__(self):
        super().__init__()
        self.writes = []
        self.faults = deque()
        """For each coming write: None, an exception, or "lost" (applied, then no answer)."""
        self.broken = None
        self.poison = set()
        """Entries whose operations are refused."""
        self.delay = 0.0
        self.most_at_once = self.under_way = 0

    async def apply(self, write):
        self.writes.append(write)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await asyncio.sleep(self.delay)
            await self._apply(write, self.faults.popleft() if self.faults else None)
        finally:
            self.under_way -= 1

    async def _apply(self, write, fault):
        if fault == "lost":
            await super().apply(write)
            raise StoreUnavailable("the answer was lost")
        if fault or self.broken:
            raise fault or self.broken
        if poisoned := self.poison.intersection(one.id for one in operations(write)):
            raise StoreRejected(f"{min(poisoned)} is poison")
        await super().apply(write)


def operations(write):
    return [operation for bulk in write.bulks for operation in bulk.operations]


def make_queue(store=None, **options):
    """On the running virtual loop; retries wait as long as they may, unless `chance` is given."""
    options = {"clock": VirtualClock(), "chance": lambda: 1.0, "session": "s", **options}
    return AsyncWriteQueue(FaultyOperationStore() if store is None else store, **options)


def one_by_one(operations, entries=None):
    """The state after these: what every store and every plan is compared with."""
    entries = dict(entries or {})
    for operation in operations:
        entry = after(entries.pop(operation.id, None), operation)
        if entry is not None:
            entries[operation.id] = entry
    return entries


ids = st.sampled_from("abc")
texts = st.text(max_size=3).filter(lambda text: text.isprintable())
some_operations = st.one_of(
    st.builds(StoreOperation, ids, texts, st.lists(texts, max_size=2)),
    st.builds(
        UpdateOperation,
        ids,
        st.fixed_dictionaries({"content": texts}, optional={"tags": st.just(())}),
    ),
    st.builds(DeleteOperation, ids),
    st.builds(VectorOperation, ids, st.lists(st.integers(-9, 9), min_size=1, max_size=2)),
)
