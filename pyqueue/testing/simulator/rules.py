"""The model's first rules of admission: what is refused however much room there is."""

from __future__ import annotations

from hashlib import blake2b

from ...config import QueueConfig
from ...trace import QueuedTrace
from ...verdict import Reason


class Rules:
    """In the order of the table in `pyqueue.core.admission`."""

    def __init__(self, config: QueueConfig) -> None:
        self.configure(config)

    def configure(self, config: QueueConfig) -> None:
        self.config = config
        self.recent: list[str] = []
        """Ids accepted by these rules; "" in the place of those that left unwritten."""
        self.forgotten: list[str] = []
        self._tokens: dict[tuple[str, int], tuple[float, float]] = {}

    def refuses(self, item: QueuedTrace, source: str, now: float) -> Reason | None:
        config, critical = self.config, item.priority == 3
        if config.remember_ids and item.id in self.recent[-config.remember_ids :]:
            return Reason.DUPLICATE
        if config.rate_limit and not critical and not self._has_token((source, item.priority), now):
            return Reason.RATE_LIMITED
        if config.sample_rate < 1 and not critical:
            digest = blake2b((item.trace_id or item.id).encode(), digest_size=8).digest()
            if int.from_bytes(digest) / 2**64 >= config.sample_rate:
                return Reason.SAMPLED_OUT
        return Reason.TOO_LARGE if item.size > config.max_trace_bytes else None

    def accepted(self, id: str) -> None:
        if id in self.forgotten:
            self.forgotten.remove(id)
        if self.config.remember_ids:
            self.recent = [*self.recent[-9:], id]

    def forget(self, id: str) -> None:
        self.recent = ["" if other == id else other for other in self.recent]

    def left_unwritten(self, id: str) -> None:
        """It may come again."""
        self.forget(id)
        self.forgotten = [*self.forgotten[-9:], id]

    def _has_token(self, key: tuple[str, int], now: float) -> bool:
        tokens, counted_at = self._tokens.get(key, (self.config.rate_burst, now))
        earned = (now - counted_at) * (self.config.rate_limit / 1000)
        tokens = min(self.config.rate_burst, tokens + earned)
        self._tokens[key] = (tokens - (tokens >= 1), now)
        return tokens >= 1
