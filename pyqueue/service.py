"""The service that an application holds: the queue that the feature flag names, switchable live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from .batch_queue import TraceBatchQueue
from .config import KINDS, QueueConfig, QueueKind, chosen
from .core.feature_gate import choose_queue
from .fifo import SimpleFifoQueue
from .observe.health import Health
from .observe.metrics import QueueMetrics
from .ports import BatchStore, Observer
from .processor import TraceQueueProcessor
from .trace_queue import TraceQueue
from .verdict import Verdict

QUEUES: dict[QueueKind, type[TraceQueue]] = {
    "priority": TraceQueueProcessor,
    "fifo": SimpleFifoQueue,
    "batch": TraceBatchQueue,
}


class ActionTraceOutputService:
    """Writes traces through the queue that the flag names.

    The first of `url` (a URL parameter's value), `storage` (localStorage's) and `config.queue` that
    names a queue decides; see `core.feature_gate`. Other keywords go to the queue.
    """

    def __init__(
        self,
        *,
        store: BatchStore,
        config: QueueConfig | None = None,
        url: str | None = None,
        storage: str | None = None,
        **platform: Any,
    ) -> None:
        config = chosen(config)
        self.choice = choose_queue(config.queue, url=url, storage=storage)
        self.queue = QUEUES[self.choice.kind](store=store, config=config, **platform)

    async def __aenter__(self) -> Self:
        await self.queue.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.queue.aclose()

    def write_trace(self, trace: object, priority: object = None) -> Verdict:
        """Hand a trace to the queue; see `TraceQueue.enqueue`."""
        return self.queue.enqueue(trace, priority)

    def set_queue(self, kind: str) -> None:
        """Switch to another queue at once, at any load; nothing is lost. ValueError if unknown."""
        for known in KINDS:
            if kind == known:
                if known != self.queue.kind:
                    self.queue = QUEUES[known].succeed(self.queue)
                return
        raise ValueError(f"queue must be one of {', '.join(KINDS)}, not {kind!r}")

    async def flush(self, timeout: float | None = 30.0) -> None:
        """See `TraceQueue.flush`."""
        await self.queue.flush(timeout)

    async def aclose(self, timeout: float | None = 5.0) -> int:
        """See `TraceQueue.aclose`."""
        return await self.queue.aclose(timeout)

    async def query(self, **conditions: Any) -> list[dict[str, Any]]:
        """See `TraceQueue.query`."""
        return await self.queue.query(**conditions)

    def health(self) -> Health:
        """See `TraceQueue.health`."""
        return self.queue.health()

    def metrics(self) -> QueueMetrics:
        """One account across all switches."""
        return self.queue.metrics()

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Observers stay through a switch."""
        return self.queue.subscribe(observer)
