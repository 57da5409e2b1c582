"""The figures of seed 001, taken from the engine's ledger."""

from __future__ import annotations

from dataclasses import dataclass

from .core import WriteCore


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteQueueStats:
    """A write queue at one instant. Counts are operations; times are ms."""

    enqueued: int
    """Accepted since the start: processed + failed + cancelled + queue_size."""
    processed: int
    failed: int
    """Dead letters of this run."""
    cancelled: int
    refused: int
    retries: int
    """Operations in failed attempts, each counted every time."""
    queue_size: int
    """Held: waiting, being written, or between two attempts."""
    queue_bytes: int
    is_processing: bool
    """A batch is being written now."""
    batches: int
    average_batch_size: float
    average_processing_time: float
    """Of the attempts that succeeded; 0 before the first."""


def stats_of(core: WriteCore) -> WriteQueueStats:
    ledger = core.ledger
    processed = ledger.total("written")
    return WriteQueueStats(
        enqueued=ledger.total("accepted"),
        processed=processed,
        failed=ledger.total("dead"),
        cancelled=ledger.total("cancelled"),
        refused=ledger.total("refused"),
        retries=ledger.total("failures"),
        queue_size=ledger.held,
        queue_bytes=ledger.held_bytes,
        is_processing=core.batcher.in_flight > 0,
        batches=ledger.batches,
        average_batch_size=processed / ledger.batches if ledger.batches else 0.0,
        average_processing_time=core.processing.mean or 0.0,
    )
