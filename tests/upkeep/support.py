"""What the tests of upkeep share: stores with something in them, and keepers on virtual time."""

from __future__ import annotations

import asyncio
from itertools import count

from hypothesis import strategies as st

from pyqueue import MemoryStore, StoreUnavailable, TraceQuery
from pyqueue.query import traces_of
from pyqueue.testing import VirtualClock
from pyqueue.testing.conformance.making import make_batch, make_trace
from pyqueue.testing.virtual_time import EPOCH
from pyqueue.upkeep import Keeper, RetentionPolicy

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Probe:
    """A platform that tells this."""

    def __init__(self, usage=0, quota=0):
        self.answer = (usage, quota)

    async def estimate(self):
        from pyqueue.ports import StorageEstimate

        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer and StorageEstimate(*self.answer)


class FaultyUpkeep:
    """Passes everything to a memory store, but for the faults that were asked for."""

    def __init__(self, inner=None):
        self.inner = inner or MemoryStore()
        self.faults = {}
        """What the edit of a number (from 0) raises: `("before" or "after", error)`."""
        self.edits = []
        """How many rows each edit was about."""
        self.room = None
        """Raises where an edit, of which it is told, finds no room."""

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def edit(self, groups, change, note, guard):
        when, error = self.faults.get(len(self.edits), (None, None))
        self.edits.append(sum(map(len, groups)))
        if self.room is not None:
            self.room(groups, note, guard)
        if when == "before":
            raise error
        await self.inner.edit(groups, change, note, guard)
        if when == "after":
            raise error


down = StoreUnavailable("down")


def keeper(store, probe=None, guard=None, **options):
    return Keeper(store, RetentionPolicy(**options), clock=VirtualClock(), probe=probe, guard=guard)


async def put(store, *rows, session="s", closed=False, start=1):
    """Write rows of `(priority, age in ms, ids…)`, a batch each; returns the next place."""
    seq = start
    for priority, age, *ids in rows:
        traces = [make_trace(id, priority, EPOCH - age, name=f"name.{id}") for id in ids]
        batch = make_batch(traces, session=session, seq=seq)
        batch.account |= {"session": session} | ({"closed": 1.0} if closed else {})
        await store.write(batch)
        seq += len(traces)
    return seq


async def many(store, amount, priority=1, age=2 * HOUR, **more):
    """So many rows of one trace."""
    numbers = count(more.get("start", 1))
    await put(store, *[(priority, age, f"t{next(numbers):04}") for _ in range(amount)], **more)


def ids(store):
    return {trace["id"] for row in store.rows for trace in traces_of(row)}


def ordered(store):
    return [trace["id"] for trace in store.traces]


async def answers(store, queries):
    return [await store.query(query) for query in queries]


ALL = TraceQuery()

ages = st.integers(0, 3 * DAY)


@st.composite
def contents(draw):
    """Rows of several sessions as queues leave them: `(session, priority or None for mixed, age,
    number of traces, size)`."""
    row = st.tuples(
        st.sampled_from("abc"),
        st.one_of(st.integers(0, 3), st.none()),
        st.one_of(ages, st.integers(0, 3 * MINUTE)),
        st.integers(1, 4),
        st.integers(0, 300),
    )
    return draw(st.lists(row, max_size=25))


async def filled(rows, closed="a", store=None):
    """A store with these. Every third trace is called `checkout.…`."""
    store = MemoryStore() if store is None else store
    await store.open()
    seqs = dict.fromkeys("abc", 1)
    numbers = count()
    for session, priority, age, amount, size in rows:
        traces = []
        for n in range(amount):
            number = next(numbers)
            name = f"checkout.{number}" if number % 3 == 0 else "plain"
            level = (number + n) % 4 if priority is None else priority
            traces.append(
                make_trace(
                    f"t{number}", level, EPOCH - age, name=name, traceId=f"x{number % 5}",
                    attributes={"pad": "x" * size},
                )
            )  # fmt: skip
        batch = make_batch(traces, session=session, seq=seqs[session])
        batch.account |= {"session": session} | ({"closed": 1.0} if session in closed else {})
        await store.write(batch)
        seqs[session] += amount
    return store


async def settle():
    for _ in range(50):
        await asyncio.sleep(0)
