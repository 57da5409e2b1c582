"""The suites that ship with pyqueue, run on what ships with pyqueue."""

from __future__ import annotations

import pytest

from pyqueue import MemoryStore, SimpleFifoQueue, TraceBatchQueue, TraceQueueProcessor
from pyqueue.testing import FaultyStore, QueueConformance, StoreConformance


class TestTraceQueueProcessor(QueueConformance):
    queue_class = TraceQueueProcessor


class TestTraceBatchQueue(QueueConformance):
    queue_class = TraceBatchQueue


class TestSimpleFifoQueue(QueueConformance):
    queue_class = SimpleFifoQueue


class TestMemoryStore(StoreConformance):
    def make_store(self):
        return MemoryStore()


class TestFaultyStore(StoreConformance):
    def make_store(self):
        return FaultyStore()


@pytest.mark.browser_only
class TestIndexedDBStore(StoreConformance):
    def make_store(self):
        from secrets import token_hex

        from pyqueue.browser import IndexedDBStore

        return IndexedDBStore(f"conformance-{token_hex(8)}")
