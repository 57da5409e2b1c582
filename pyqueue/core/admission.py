"""Who gets in: the first rule that a trace fails refuses it, for that rule's reason.

    duplicate     its id is among the last `remember_ids` accepted      duplicate
    rate          its source sent more than `rate_limit` a second       rate_limited
    sampling      its trace is not among the sampled                    sampled_out
    size          larger than `max_trace_bytes`                         too_large
    queue limits  `max_queue_size` or `max_queue_bytes` would be passed queue_full, queue_bytes
    memory        the platform's heap is above its threshold            memory

CRITICAL passes the rules of rate and sampling, an error that of sampling. The last two rows are
refused only where evicting what matters less would not make room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b

from ..config import QueueConfig
from ..parcel import Parcel
from ..priority import TracePriority
from ..trace import QueuedTrace
from ..verdict import Reason
from .lanes import Discipline
from .ledger import Ledger
from .memory_limiter import MemoryLimiter
from .rate_limiter import RateLimiter
from .recent import RecentIds

CRITICAL = int(TracePriority.CRITICAL)

Rule = tuple[Reason, Callable[[QueuedTrace, float], bool]]
"""A reason, and whether the trace is refused for it at this time."""


class Admission:
    """Decides, and evicts where that makes room. `on_evict` is told of each victim."""

    def __init__(
        self,
        config: QueueConfig,
        ledger: Ledger,
        limiter: MemoryLimiter,
        on_evict: Callable[[QueuedTrace, Reason], None],
    ) -> None:
        self._ledger = ledger
        self._limiter = limiter
        self._on_evict = on_evict
        self._recent = RecentIds(config.remember_ids)
        self.configure(config)

    def configure(self, config: QueueConfig) -> None:
        """Go by these limits from now on. What is remembered stays, buckets start full."""
        self._config = config
        self._recent.size = config.remember_ids
        self._rates = RateLimiter(config.rate_limit, config.rate_burst)
        table: tuple[tuple[bool, Rule], ...] = (
            (config.remember_ids > 0, (Reason.DUPLICATE, self._is_duplicate)),
            (config.rate_limit > 0, (Reason.RATE_LIMITED, self._is_over_its_rate)),
            (config.sample_rate < 1, (Reason.SAMPLED_OUT, self._is_sampled_out)),
            (True, (Reason.TOO_LARGE, self._is_too_large)),
        )
        self._rules = tuple(rule for is_on, rule in table if is_on)
        self._judges_each = (
            config.rate_limit > 0 or config.sample_rate < 1 or config.time_to_live > 0
        )

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

    def admit(self, item: QueuedTrace, lanes: Discipline, now: float) -> Reason | None:
        """None where the trace may enter; there is room for it then."""
        for reason, refuses in self._rules:
            if refuses(item, now):
                return reason
        if not self.has_room(1, item.size):
            reason_for_lack = self.make_room(item.priority, 1, item.size, lanes)
            if reason_for_lack is not None:
                return reason_for_lack
        self._recent.add((item.id,))
        return None

    def admit_whole(self, parcel: Parcel) -> bool:
        """Whether all of it may enter, nothing evicted; False says nothing about each trace."""
        config = self._config
        fits = (
            parcel.count <= config.max_batch_size
            and parcel.size + parcel.count < config.max_batch_bytes
            and parcel.size <= config.max_trace_bytes  # so each of them is
            and self.has_room(parcel.count, parcel.size)
        )
        if self._judges_each or not fits:
            return False
        if config.remember_ids:
            ids = set(parcel.ids)
            if len(ids) < len(parcel.ids) or self._recent.holds_any(ids):
                return False
            self._recent.add(ids)
        return True

    def forget(self, id: str) -> None:
        """The trace left without being stored: it may come again."""
        self._recent.discard(id)

    def _is_duplicate(self, item: QueuedTrace, now: float) -> bool:
        return item.id in self._recent

    def _is_over_its_rate(self, item: QueuedTrace, now: float) -> bool:
        if item.priority == CRITICAL:
            return False
        return not self._rates.allows((source_of(item), item.priority), now)

    def _is_sampled_out(self, item: QueuedTrace, now: float) -> bool:
        """All traces with one trace id share their fate, in every tab and session; errors stay."""
        if item.priority == CRITICAL or ('"error"' in item.text and _is_error(*item.records())):
            return False
        id = (item.trace_id or item.id).encode(errors="surrogatepass")
        digest = blake2b(id, digest_size=8).digest()
        return int.from_bytes(digest) >= self._config.sample_rate * 2**64

    def _is_too_large(self, item: QueuedTrace, now: float) -> bool:
        return item.size > self._config.max_trace_bytes

    def make_room(self, priority: int, count: int, size: int, lanes: Discipline) -> Reason | None:
        """Evict what matters less than `priority` until so much more fits; a reason why it can't,
        and nothing is evicted then."""
        ledger = self._ledger
        count_over = ledger.held + count - self._config.max_queue_size
        bytes_over = ledger.held_bytes + size - self._config.max_queue_bytes
        if not count:  # a held trace grows: nobody goes for a limit that was lowered
            count_over, bytes_over = 0, min(size, bytes_over)
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


def _is_error(trace: Mapping[str, object]) -> bool:
    """By its own fields; an attribute may have their names."""
    return "error" in trace or trace.get("status") == "error"


_SOURCE = re.compile(r'"name":"((?:[^"\\.]|\\.)*)')


def source_of(item: QueuedTrace) -> str:
    """Where a trace comes from: its name up to the first dot, "checkout" of "checkout.submit"."""
    found = _SOURCE.search(item.text)
    return found[1] if found else ""
