"""What admission says of one trace."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a trace was refused, evicted or given up: the keys of `dropped_by_reason`."""

    DUPLICATE = "duplicate"
    """Its id was accepted before, among the last `remember_ids`."""
    RATE_LIMITED = "rate_limited"
    """Its source sent more than `rate_limit` a second of this priority."""
    SAMPLED_OUT = "sampled_out"
    """Its trace id is not among the share that `sample_rate` keeps."""
    TOO_LARGE = "too_large"
    """It alone is larger than `max_trace_bytes`."""
    QUEUE_FULL = "queue_full"
    """`max_queue_size` traces are held, and none of them matters less."""
    QUEUE_BYTES = "queue_bytes"
    """`max_queue_bytes` are held, and nothing that matters less would make room."""
    MEMORY = "memory"
    """The platform's heap is above `heap_threshold` of its limit."""
    EXPIRED = "expired"
    """It waited longer than its time to live."""
    CONSENT = "consent"
    """There was no consent to keep it."""
    CLOSED = "closed"
    """The queue is shut down."""
    RETRIES = "retries"
    """The store refused it `max_retries` times after the first attempt: it is a dead letter."""


class Verdict(NamedTuple):
    """Accepted or refused, why, and the trace's id. True where accepted."""

    accepted: bool
    reason: Reason | None
    id: str

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        fate = "accepted" if self.accepted else f"refused: {self.reason}"
        return f"<Verdict {self.id!r} {fate}>"


def accepted(id: str) -> Verdict:
    """The usual verdict; made as a tuple is, which takes half the time."""
    return tuple.__new__(Verdict, (True, None, id))
