"""One trace that the store will not take does not cost the others."""

from __future__ import annotations

import pytest

from pyqueue import MemoryStore, StoreRejected, StoreUnavailable
from pyqueue.testing.conformance.making import ids
from tests.support import make_queue


class PickyStore(MemoryStore):
    """Refuses every batch that holds one of the poisoned traces."""

    def __init__(self, poisoned, error=StoreRejected):
        super().__init__()
        self.poisoned, self.error, self.refused = poisoned, error, 0

    async def write(self, batch):
        if any(trace.id in self.poisoned for trace in batch.traces()):
            self.refused += 1
            raise self.error("poison")
        await super().write(batch)


@pytest.mark.parametrize("poisoned", [{"17"}, {"0"}, {"99"}, {"3", "4"}, {"0", "50", "99"}])
async def test_what_poisons_a_batch_is_found_and_goes_alone_to_the_dead_letters(poisoned):
    store = PickyStore(poisoned)
    async with make_queue(store, max_batch_size=100) as queue:
        for n in range(100):
            queue.enqueue({"name": "a", "id": str(n)}, n % 4)
        await queue.flush()
        metrics = queue.metrics()
    assert {letter.id for letter in queue.dead_letters} == poisoned
    assert {trace["id"] for trace in store.traces} == {str(n) for n in range(100)} - poisoned
    assert len(store.traces) == metrics.written == 100 - len(poisoned)
    assert queue.ledger.broken_laws() == []


async def test_the_halves_keep_their_places_in_the_stored_order():
    store = PickyStore({"5"})
    async with make_queue(store, max_batch_size=16) as queue:
        for n in range(32):
            queue.enqueue({"name": "a", "id": str(n)})
        await queue.flush()
    assert ids(store.traces) == [str(n) for n in range(32) if n != 5]


async def test_finding_it_takes_a_few_writes_and_not_one_per_trace():
    store = PickyStore({"77"})
    async with make_queue(store, max_batch_size=128, max_retries=3) as queue:
        for n in range(128):
            queue.enqueue({"name": "a", "id": str(n)})
        await queue.flush()
    assert store.refused == 4 + 7  # the whole batch four times, then one half at each level
    assert queue.dead_letters[0].attempts == 4 + 7


async def test_an_unavailable_store_never_makes_a_batch_a_dead_letter():
    store = PickyStore({"1"}, StoreUnavailable)
    async with make_queue(store) as queue:
        queue.enqueue({"name": "a", "id": "1"})
    assert queue.dead_letters == ()
    assert queue.metrics().retrying == 1
