"""Who gets in: the first rule that a trace fails refuses it, for that rule's reason.

    size          larger than `max_trace_bytes`                          too_large
    queue limits  `max_queue_size` or `max_queue_bytes` would be passed  queue_full, queue_bytes
    memory        the platform's heap is above its threshold             memory

The last two are refused only where evicting what matters less would not make room.
"""

from __future__ import annotations

from collections.abc import Callable

from ..config import QueueConfig
from ..trace import QueuedTrace
from ..verdict import Reason
from .lanes import Discipline
from .ledger import Ledger
from .memory_limiter import MemoryLimiter


class Admission:
    """Decides, and evicts where that makes room. `on_evict` is told of each victim."""

    def __init__(
        self,
        config: QueueConfig,
        ledger: Ledger,
        limiter: MemoryLimiter,
        on_evict: Callable[[QueuedTrace, Reason], None],
    ) -> None:
        self._config = config
        self._ledger = ledger
        self._limiter = limiter
        self._on_evict = on_evict

    def has_room(self, count: int, size: int) -> bool:
        """Whether so much fits without evicting anything."""
        return (
            self._ledger.held + count <= self._config.max_queue_size
            and self._ledger.held_bytes + size <= self._config.max_queue_bytes
            and not self._limiter.heap_is_tight(size)
        )

    def can_ever_enter(self, item: QueuedTrace) -> bool:
        """Whether an empty queue would take it."""
        return item.size <= min(self._config.max_trace_bytes, self._config.max_queue_bytes)

    def admit(self, item: QueuedTrace, lanes: Discipline) -> Reason | None:
        """None where the trace may enter; there is room for it then."""
        if item.size > self._config.max_trace_bytes:
            return Reason.TOO_LARGE
        if self.has_room(1, item.size):
            return None
        return self.make_room(item.priority, 1, item.size, lanes)

    def make_room(self, priority: int, count: int, size: int, lanes: Discipline) -> Reason | None:
        """Evict what matters less than `priority` until so much more fits; a reason why it can't,
        and nothing is evicted then."""
        ledger, config = self._ledger, self._config
        count_over = ledger.held + count - config.max_queue_size
        bytes_over = ledger.held_bytes + size - config.max_queue_bytes
        reason = Reason.QUEUE_FULL if count_over > 0 else Reason.QUEUE_BYTES
        if count_over <= 0 and bytes_over <= 0:
            reason = Reason.MEMORY
        if self._limiter.heap_is_tight(size) and not lanes.is_urgent(priority):
            # In exchange for as many bytes, so that the queue does not grow. What is urgent leaves
            # at once and needs no exchange.
            bytes_over = max(bytes_over, size)
        evictable_count, evictable_bytes = lanes.evictable(priority)
        if evictable_count < count_over or evictable_bytes < bytes_over:
            return reason
        while count_over > 0 or bytes_over > 0:
            victim = lanes.evict()
            self._on_evict(victim, reason)
            count_over -= 1
            bytes_over -= victim.size
        return None
