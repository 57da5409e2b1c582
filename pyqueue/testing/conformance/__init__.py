"""What every queue and every store promises, as suites to be inherited.

    class TestMyStore(StoreConformance):
        def make_store(self):
            return MyStore()

The methods are coroutines: pytest needs a plugin or a hook that runs them (tests/conftest.py has
one of ten lines). Queues run on virtual time; stores on whatever loop is running.
"""

from .query import QueryConformance
from .queue import QueueConformance
from .store import StoreConformance
from .upkeep import UpkeepConformance

__all__ = ["QueryConformance", "QueueConformance", "StoreConformance", "UpkeepConformance"]
