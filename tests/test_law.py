"""The law, whatever happens in whatever order: a state machine and a long random walk.

Both drive the pure core with a clock moved by hand, and compare it after every step with a model
that knows nothing but the traces' fates.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pyqueue import HeapReading, StoreUnavailable
from pyqueue.core.lanes import FifoLane, PriorityLanes
from pyqueue.parcel import pack
from tests.support import examples, item, make_core, reproducible

LIMITS = [
    {},
    {"max_queue_size": 6, "max_batch_size": 3, "max_in_flight": 2},
    {"max_queue_bytes": 1_500, "max_batch_bytes": 400, "max_trace_bytes": 500},
    {"max_queue_size": 20, "max_batch_size": 1, "max_retries": 0, "breaker_threshold": 2},
    {"max_batch_size": 2, "batch_timeout": 0, "breaker_threshold": 3, "breaker_cooldown": 0},
]
ERRORS = [StoreUnavailable("down"), ValueError("poison")]


class World:
    """A core, what is under way, and what became of every trace."""

    def __init__(self, limits):
        self.core = make_core(**limits)
        self.now = 0.0
        self.made = 0
        self.accepted = {}
        self.fates = {}
        self.under_way = []
        self.stored = {}
        """Ids by the sequence number of their row: what a store would hold."""

    def offer(self, priority, size):
        self.made += 1
        one = item(str(self.made), priority, size, self.now)
        before = set(self.core.lanes)
        reason = self.core.offer(one, self.now)
        if reason is None:
            self.accepted[one.id] = one
        for victim in before - set(self.core.lanes):
            assert victim.priority < priority
            assert reason is None
            self.settle(victim.id, "evicted")

    def offer_parcel(self, priority, sizes):
        before = {one.id for one in self.core.lanes}
        many = [
            item(str(self.made + n), priority, size, self.now) for n, size in enumerate(sizes, 1)
        ]
        self.made += len(many)
        held = self.core.ledger.held
        self.core.offer_parcel(pack(many), self.now)
        after = {one.id for one in self.core.lanes}
        for victim in before - after:
            self.settle(victim, "evicted")
        entered = {one.id: one for one in many if one.id in after}
        self.accepted |= entered
        assert self.core.ledger.held == held - len(before - after) + len(entered)

    def cancel(self, pick):
        id = self.pick(pick)
        if self.core.cancel(id, self.now):
            self.settle(id, "cancelled")

    def reprioritize(self, pick, priority):
        before = {one.id for one in self.core.lanes}
        self.core.reprioritize(self.pick(pick), priority, self.now)
        for id in before - {one.id for one in self.core.lanes}:
            self.settle(id, "evicted")

    def heap(self, used):
        self.core.observe_heap(
            None if used is None else HeapReading(used * 1_000, 100_000), self.now
        )

    def flush(self):
        mark = self.core.flush()
        numbers = [one.number for one in self.core.held()]
        assert self.core.is_settled(mark) == (not numbers)

    def switch(self, fifo):
        lanes, kind = (FifoLane(), "fifo") if fifo else (PriorityLanes(), "priority")
        self.core.use(lanes, kind, self.now)

    def next_batch(self):
        batch = self.core.next_batch(self.now)
        if batch is None:
            wake_at = self.core.wake_at(self.now)
            assert wake_at is None or wake_at > self.now, "the pump would spin"
            return
        assert batch not in self.under_way
        self.under_way.append(batch)

    def answer(self, pick, error, lost):
        """The store's, to any batch under way: taken, refused, or taken and the answer lost."""
        if not self.under_way:
            return
        batch = self.under_way.pop(pick % len(self.under_way))
        if error is None or lost:
            for row, lane in zip(batch.rows, batch.lanes, strict=True):
                ids = [id for one in lane for id in one.ids]
                assert self.stored.setdefault(row.seq_first, ids) == ids
        if error is None:
            self.core.written(batch, self.now)
            for one in batch.traces():
                self.settle(one.id, "written")
            return
        letters = self.core.failed(batch, error, self.now, self.now)
        assert [letter.id for letter in letters] in ([], [one.id for one in batch.traces()])
        for letter in letters:
            self.settle(letter.id, "dead")

    def settle(self, id, fate):
        assert id not in self.fates, f"{id} is {self.fates.get(id)} and then {fate}"
        self.fates[id] = fate

    def pick(self, number):
        queued = list(self.core.lanes)
        return queued[number % len(queued)].id if queued else "nobody"

    def check(self):
        core, config, ledger = self.core, self.core.config, self.core.ledger
        assert ledger.broken_laws() == []
        held = list(core.held())
        ids = [id for one in held for id in one.ids]
        assert set(ids) == self.accepted.keys() - self.fates.keys()
        assert (ledger.held, ledger.held_bytes) == (len(ids), sum(one.size for one in held))
        assert ledger.held <= config.max_queue_size
        assert ledger.held_bytes <= config.max_queue_bytes
        assert core.batcher.in_flight == len(self.under_way) <= config.max_in_flight
        assert len(core.lanes) == len(list(core.lanes)) == ledger.total("queued")
        assert core.lanes.bytes == sum(one.size for one in core.lanes)
        for priority in range(4):
            lane = [one.number for one in core.lanes if one.priority == priority]
            assert lane == sorted(lane)
        assert ledger.total("offered") == self.made
        for fate in ("written", "evicted", "cancelled", "dead"):
            assert ledger.total(fate) == list(self.fates.values()).count(fate)

    def finish(self):
        """The store is well from now on: everything accepted finds its end."""
        for _ in range(10_000):
            self.core.flush()
            self.next_batch()
            self.answer(0, None, False)
            self.now += 1_000
            if not self.core.ledger.held:
                break
        self.check()
        assert self.fates.keys() == self.accepted.keys()
        rows = [id for ids in self.stored.values() for id in ids]
        assert len(rows) == len(set(rows)), "stored twice"
        written = {id for id, fate in self.fates.items() if fate == "written"}
        assert written <= set(rows)
        self.core.take_events(self.now)
        assert self.core.take_events(self.now) == []


picks, sizes = st.integers(0, 20), st.integers(90, 520)


class LawMachine(RuleBasedStateMachine):
    """Every step that users, the clock, the platform and the store can take."""

    @initialize(limits=st.sampled_from(LIMITS))
    def start(self, limits):
        self.world = World(limits)

    @rule(priority=st.integers(0, 3), size=sizes)
    def offer(self, priority, size):
        self.world.offer(priority, size)

    @rule(priority=st.integers(0, 3), sizes=st.lists(sizes, min_size=1, max_size=8))
    def offer_parcel(self, priority, sizes):
        self.world.offer_parcel(priority, sizes)

    @rule(pick=picks)
    def cancel(self, pick):
        self.world.cancel(pick)

    @rule(pick=picks, priority=st.integers(0, 3))
    def reprioritize(self, pick, priority):
        self.world.reprioritize(pick, priority)

    @rule(used=st.none() | st.integers(0, 100))
    def heap(self, used):
        self.world.heap(used)

    @rule(ms=st.sampled_from([0.0, 1.0, 100.0, 1_000.0, 60_000.0]))
    def time_passes(self, ms):
        self.world.now += ms

    @rule()
    def flush(self):
        self.world.flush()

    @rule(fifo=st.booleans())
    def switch(self, fifo):
        self.world.switch(fifo)

    @rule()
    def next_batch(self):
        self.world.next_batch()

    @rule(pick=picks, error=st.sampled_from([None, None, *ERRORS]), lost=st.booleans())
    def answer(self, pick, error, lost):
        self.world.answer(pick, error, lost)

    @invariant()
    def the_law_holds(self):
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self):
        if hasattr(self, "world"):
            self.world.finish()


TestLaw = LawMachine.TestCase
TestLaw.settings = settings(reproducible, max_examples=examples(150), stateful_step_count=50)


@pytest.mark.parametrize("seed", range(len(LIMITS)))
def test_the_law_holds_on_a_long_random_walk(seed):
    chance, world = random.Random(seed), World(LIMITS[seed])
    steps = {
        lambda: world.offer(chance.randrange(4), chance.randint(90, 520)): 30,
        lambda: world.offer_parcel(
            chance.randrange(4), [chance.randint(90, 300) for _ in range(chance.randint(1, 9))]
        ): 5,
        lambda: world.cancel(chance.randrange(99)): 3,
        lambda: world.reprioritize(chance.randrange(99), chance.randrange(4)): 5,
        lambda: world.heap(chance.choice([None, 10, 50, 75, 75, 75, 90])): 3,
        lambda: world.flush(): 1,
        lambda: world.switch(chance.random() < 0.5): 1,
        world.next_batch: 40,
        lambda: world.answer(
            chance.randrange(9), chance.choice([None] * 6 + ERRORS), chance.random() < 0.3
        ): 40,
        lambda: setattr(world, "now", world.now + chance.expovariate(1 / 200)): 30,
    }
    for step in chance.choices(list(steps), list(steps.values()), k=5_000):
        step()
        world.check()
    world.finish()
    assert set(world.fates.values()) >= {"written", "cancelled"}
