"""What the write queue needs of a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .entry import Entry
from .plan import BulkWrite
from .vectors import Match


class OperationStore(Protocol):
    """Keeps entries and their vectors. All methods may be called again after they failed."""

    async def open(self) -> None:
        """Make ready. Raises `StoreUnavailable`; the queue then opens it again later."""

    async def apply(self, write: BulkWrite) -> None:
        """Apply all bulks in order, or nothing; durable when it returns.

        One that is applied already, or that a later write of its session has passed, changes
        nothing: the answer to it was lost. Raises `StoreUnavailable` or `StoreRejected`.
        """

    async def get(self, id: str) -> Entry | None:
        """The entry with this id."""

    async def search(self, embedding: Sequence[float], k: int = 10) -> list[Match]:
        """The `k` nearest by cosine, the best first, equals by id (see `vectors.Nearest`)."""

    async def close(self) -> None:
        """Let go. What was applied stays."""
