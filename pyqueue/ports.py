"""What the queue needs from outside, each with the guarantee that it relies on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from .batch import Batch, DeadLetter
    from .events import Event
    from .query import TraceQuery


class Clock(Protocol):
    """Two readings, both in ms."""

    def now(self) -> float:
        """Never goes backwards; where it starts has no meaning."""

    def wall(self) -> float:
        """Since the epoch; may jump."""


class HeapReading(NamedTuple):
    """Bytes that the platform says are used, and its limit."""

    used: float
    limit: float


class MemoryProbe(Protocol):
    """Tells the platform's heap. Called often: it must be cheap and must not raise."""

    def read(self) -> HeapReading | None:
        """None where the platform tells nothing."""


class BatchStore(Protocol):
    """Keeps batches. All methods may be called again after they failed."""

    async def open(self) -> None:
        """Make ready. Raises `StoreUnavailable`; the queue then opens it again later."""

    async def write(self, batch: Batch) -> None:
        """All rows and the account, or nothing; durable when it returns.

        Several writes may be under way at once. Writing the same batch, or a part of it, again
        after a failure must not store it twice: a place in a session (`seq`) is taken once. Raises
        `StoreUnavailable` or `StoreRejected`.
        """

    async def query(self, query: TraceQuery) -> list[dict[str, Any]]:
        """The stored traces that match, decoded, in the query's order."""

    async def close(self) -> None:
        """Let go. What was written stays."""


class DeadLetterStore(Protocol):
    """A store that also keeps what could not be written, one letter an id."""

    async def bury(self, letters: list[DeadLetter]) -> None:
        """Keep these, in place of others with their ids; durable when it returns."""

    async def letters(self) -> list[DeadLetter]:
        """All that are kept."""

    async def forget(self, ids: list[str]) -> None:
        """Keep these no longer. Ids without a letter are passed over."""


class Observer(Protocol):
    """Is told of events. One that raises is removed and logged."""

    def __call__(self, event: Event, /) -> None: ...


Account = Mapping[str, Any]
"""Counters of a session, as stored in the ledger."""
