"""The write queue's options are the engine's, under the names of seed 001."""

from __future__ import annotations

from ..config import QueueConfig

NAMES = {
    "max_queue_size": "max_queue_size",
    "max_queue_bytes": "max_queue_bytes",
    "flush_threshold": "max_batch_size",
    "flush_interval": "batch_timeout",
    "max_retries": "max_retries",
    "retry_delay": "retry_base_delay",
}
"""Ours, and the engine's."""

LONGEST_DELAY = 30_000.0
"""ms. The wait before a retry doubles up to this, or stays at `retry_delay` where that is more."""

BATCH_BYTES = 8 * 1024 * 1024
"""The threshold is a count; this only keeps a batch of large operations within reason."""


def engine_config(**options: float) -> QueueConfig:
    """The engine's configuration. Raises TypeError or ValueError, naming the option and value."""
    settings: dict[str, float] = {NAMES[name]: value for name, value in options.items()}
    settings |= {"max_trace_bytes": BATCH_BYTES, "max_batch_bytes": BATCH_BYTES, "max_in_flight": 1}
    try:
        config = QueueConfig(**settings)  # type: ignore[arg-type]  # checked there, by name
    except (TypeError, ValueError) as error:
        raise type(error)(_renamed(str(error))) from None
    ceiling = max(LONGEST_DELAY, config.retry_base_delay)
    return QueueConfig(**settings, retry_max_delay=ceiling)  # type: ignore[arg-type]


def _renamed(message: str) -> str:
    name, _, rest = message.partition(" ")
    ours = next((ours for ours, engines in NAMES.items() if engines == name), name)
    return f"{ours} {rest}"
