"""A test kit: virtual time, stores that fail on demand, and the suites that queues and stores pass.

from pyqueue.testing import FaultyStore, run_virtual

async def scenario():
    store = FaultyStore()
    async with TraceQueueProcessor(store=store, clock=VirtualClock()) as queue:
        ...
        await asyncio.sleep(3600)       # takes no time

run_virtual(scenario())
"""

from .conformance import (
    QueryConformance,
    QueueConformance,
    StoreConformance,
    UpkeepConformance,
)
from .faults import FaultyStore
from .simulator import Report, SimulationFailed, Violation, replay, simulate
from .virtual_time import VirtualClock, VirtualLoop, run_virtual

__all__ = [
    "FaultyStore",
    "QueryConformance",
    "QueueConformance",
    "Report",
    "SimulationFailed",
    "StoreConformance",
    "UpkeepConformance",
    "Violation",
    "VirtualClock",
    "VirtualLoop",
    "replay",
    "run_virtual",
    "simulate",
]
