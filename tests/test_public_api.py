"""Whatever users call, in whatever order: a Hypothesis state machine over the public API."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pyqueue import (
    FlushError,
    SimpleFifoQueue,
    StoreRejected,
    StoreUnavailable,
    TraceBatchQueue,
    TraceQueueProcessor,
)
from pyqueue.testing import VirtualLoop
from tests.support import FaultyStore, make_queue

KINDS = [TraceQueueProcessor, SimpleFifoQueue, TraceBatchQueue]
ERRORS = [StoreUnavailable("down"), StoreRejected("poison"), ValueError("unknown")]
priorities = st.sampled_from([None, "low", "normal", "high", "critical"])
names = st.integers(0, 60).map(str)


class PublicApi(RuleBasedStateMachine):
    """One queue on a virtual loop, its store failing and healing, and what was accepted."""

    @initialize(kind=st.sampled_from(KINDS))
    def enter(self, kind):
        self.loop = VirtualLoop()
        self.store = FaultyStore()
        limits = {"max_queue_size": 12, "max_batch_size": 4, "max_retries": 1}
        self.loop.run_until_complete(self._enter(kind, limits))
        self.accepted = 0

    async def _enter(self, kind, limits):
        self.queue = await make_queue(self.store, kind, **limits).__aenter__()

    def run(self, work):
        """Do `work` on the loop, and let everything happen that needs no time."""

        async def turn():
            result = work()
            for _ in range(3):
                await asyncio.sleep(0)
            return result

        return self.loop.run_until_complete(turn())

    @rule(name=names, priority=priorities, ttl=st.none() | st.integers(0, 2_000))
    def enqueue(self, name, priority, ttl):
        trace = {"name": "a", "id": name}
        verdict = self.run(lambda: self.queue.enqueue(trace, priority, ttl=ttl))
        assert verdict.id == name
        assert verdict.accepted == (verdict.reason is None)
        self.accepted += verdict.accepted

    @rule(some=st.lists(names, max_size=6), priority=priorities)
    def put_all(self, some, priority):
        """What there is room for, so that none has to wait."""
        some = some[: self.queue.desired_size]
        traces = [{"name": "a", "id": name} for name in some]
        verdicts = self.loop.run_until_complete(self.queue.put_all(traces, priority))
        assert [verdict.id for verdict in verdicts] == some
        self.accepted += sum(map(bool, verdicts))

    @rule(name=names)
    def cancel(self, name):
        was = self.queue.status(name)
        assert self.run(lambda: self.queue.cancel(name)) == (was == "queued")
        assert self.queue.status(name) != "queued"

    @rule(name=names, priority=priorities.filter(bool))
    def reprioritize(self, name, priority):
        was = self.queue.status(name)
        done = self.run(lambda: self.queue.reprioritize(name, priority))
        assert not done or was == "queued"

    @rule(paused=st.booleans())
    def pause(self, paused):
        self.run(self.queue.pause if paused else self.queue.resume)

    @rule(size=st.integers(1, 20), count=st.integers(5, 20), flights=st.integers(1, 5))
    def reconfigure(self, size, count, flights):
        changes = {"max_batch_size": size, "max_queue_size": count, "max_in_flight": flights}
        self.run(lambda: self.queue.reconfigure(**changes))

    @rule(kind=st.sampled_from(KINDS))
    def switch(self, kind):
        self.queue = self.run(lambda: kind.succeed(self.queue))

    @rule(error=st.none() | st.sampled_from(ERRORS), delay=st.sampled_from([0, 0.01, 5]))
    def weather(self, error, delay):
        self.store.broken, self.store.delay = error, delay

    @rule(seconds=st.sampled_from([0.01, 0.5, 2, 60]))
    def time_passes(self, seconds):
        self.loop.run_until_complete(asyncio.sleep(seconds))

    @rule()
    def flush(self):
        async def flush():
            try:
                await self.queue.flush(timeout=10)
            except FlushError:
                assert self.queue.metrics().accepted > self.queue.metrics().written
            else:
                assert not self.queue.ledger.held

        self.loop.run_until_complete(flush())

    @rule(limit=st.none() | st.integers(0, 5))
    def query(self, limit):
        found = self.loop.run_until_complete(self.queue.query(limit=limit))
        ids = [trace["id"] for trace in found]
        assert len(ids) == len(set(ids))
        assert limit is None or len(ids) <= limit

    @rule()
    def replay(self):
        verdicts = self.loop.run_until_complete(self.queue.replay_dead_letters())
        self.accepted += sum(map(bool, verdicts))

    @invariant()
    def the_account_is_right(self):
        if not hasattr(self, "queue"):
            return
        metrics = self.run(self.queue.metrics)
        assert self.queue.ledger.broken_laws() == []
        assert metrics.accepted == self.accepted
        for rate in (metrics.drop_rate, metrics.batch_efficiency):
            assert 0 <= rate <= 1
        assert self.queue.health().grade in ("healthy", "degraded", "unhealthy")

    def teardown(self):
        if not hasattr(self, "queue"):
            return
        self.store.broken, self.store.delay = None, 0
        assert self.loop.run_until_complete(self.queue.aclose(timeout=60)) == 0
        metrics = self.run(self.queue.metrics)
        stored = [trace["id"] for trace in self.store.inner.traces]
        assert len(stored) == metrics.written
        settled = metrics.written + metrics.evicted + metrics.cancelled + metrics.dead
        assert settled == self.accepted
        self.loop.close()


TestPublicApi = pytest.mark.cpython_only(PublicApi.TestCase)
TestPublicApi.settings = settings(
    derandomize=True, deadline=None, database=None, max_examples=80, stateful_step_count=40
)
