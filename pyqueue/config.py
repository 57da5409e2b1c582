"""`QueueConfig`: every option with its default and its limits, declared once."""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Literal

QueueKind = Literal["priority", "fifo", "batch"]

KINDS: tuple[QueueKind, ...] = ("priority", "fifo", "batch")


def option(default: Any, *, least: float, most: float | None = None, meaning: str) -> Any:
    return field(default=default, metadata={"least": least, "most": most, "meaning": meaning})


def differences(options: Any) -> str:
    """As the call that makes the same: only what is not the default."""
    found = [(o.name, getattr(options, o.name), o.default) for o in fields(options)]
    changed = [f"{name}={value!r}" for name, value, default in found if value != default]
    return f"{type(options).__name__}({', '.join(changed)})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class QueueConfig:
    """How a queue behaves. Raises TypeError or ValueError, naming field and value.

    Times are milliseconds, sizes are bytes of encoded JSON. A 0 is 0, never "use the default".
    """

    max_queue_size: int = option(
        50_000, least=1, meaning="traces held: queued, in flight, retrying"
    )
    max_queue_bytes: int = option(5 * 1024 * 1024, least=1, meaning="their encoded bytes")
    max_trace_bytes: int = option(1024 * 1024, least=1, meaning="largest single trace")
    remember_ids: int = option(50_000, least=0, meaning="ids by which duplicates are known")
    rate_limit: float = option(
        0, least=0, meaning="traces a second for each source and priority; 0 is no limit"
    )
    rate_burst: float = option(100, least=1, meaning="traces of a source that may come at once")
    sample_rate: float = option(1, least=0, most=1, meaning="share of the traces that is kept")
    max_batch_size: int = option(250, least=1, most=10_000, meaning="traces in a batch")
    max_batch_bytes: int = option(128 * 1024, least=1, meaning="bytes in a batch")
    batch_timeout: float = option(1_000, least=0, meaning="longest wait of a trace for its batch")
    max_wait: float = option(
        10_000, least=0, meaning="after which a trace goes before higher priorities"
    )
    time_to_live: float = option(
        0, least=0, meaning="after which a trace that is not CRITICAL is given up; 0 is never"
    )
    write_timeout: float = option(
        30_000, least=1, meaning="after which a write that was not answered has failed"
    )
    max_in_flight: int = option(4, least=1, most=64, meaning="transactions at a time")
    max_retries: int = option(3, least=0, meaning="attempts after the first")
    retry_base_delay: float = option(100, least=0, meaning="first retry waits up to this long")
    retry_max_delay: float = option(5_000, least=0, meaning="no retry waits longer")
    heap_threshold: float = option(
        0.8, least=0, most=1, meaning="share of the platform's heap limit"
    )
    breaker_threshold: int = option(10, least=1, meaning="consecutive failures until it opens")
    breaker_cooldown: float = option(5_000, least=0, meaning="time to the first probe")
    queue: QueueKind = field(default="priority", metadata={"meaning": "the feature flag"})

    def __post_init__(self) -> None:
        for known in fields(self):
            check_option(known, getattr(self, known.name))

    def __repr__(self) -> str:
        return differences(self)


def chosen(config: QueueConfig | None) -> QueueConfig:
    """The caller's, or the defaults. Raises TypeError for what is none."""
    if config is None:
        return QueueConfig()
    if isinstance(config, QueueConfig):
        return config
    raise TypeError(f"config must be a QueueConfig, not {config!r}; QueueConfig(**…) makes one")


def check_option(known: Field[Any], value: object) -> None:
    name = known.name
    if name == "queue":
        if value not in KINDS:
            raise ValueError(f"queue must be one of {', '.join(KINDS)}, not {value!r}")
        return
    whole = isinstance(known.default, int) and known.type == "int"
    wanted: tuple[type, ...] = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        kind = "a whole number" if whole else "a number"
        raise TypeError(f"{name} must be {kind}, not {value!r}")
    least, most = known.metadata["least"], known.metadata["most"]
    if not value >= least or (most is not None and not value <= most):  # NaN fails too
        span = f"at least {least}" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} must be {span}, not {value!r}")


def defaults() -> dict[str, Any]:
    """Every option's default, by name."""
    return {o.name: o.default for o in fields(QueueConfig) if o.default is not MISSING}
