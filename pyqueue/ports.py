"""What the queue needs from outside, each with the guarantee that it relies on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from .batch import Batch, DeadLetter, Row
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


class GroupStore(Protocol):
    """A store to which a transaction with many rows is hardly more work than with one.

    Group commit: what is ready while others are being written shares the next transaction, so the
    busier the store is, the less each batch costs. Source: David J. DeWitt et al., "Implementation
    Techniques for Main Memory Database Systems", SIGMOD 1984.
    """

    async def write_together(self, batches: Sequence[Batch]) -> None:
        """All of them and the account of the last, or nothing; like `write` in all else."""


class StoredRow(Protocol):
    """A row on a walk; not decoded yet."""

    @property
    def bound(self) -> float:
        """When it begins (order "asc") or ends ("desc"), ms since the epoch; else of no meaning."""

    @property
    def place(self) -> tuple[str, int]:
        """Its session, and the first place that it takes there."""

    def matches(self) -> list[dict[str, Any]]:
        """Its traces that match, decoded, in their order; none where it can't be read."""


class RowWalk(Protocol):
    """A walk along the rows that can hold a match. Both methods may raise `StoreUnavailable`."""

    async def count(self) -> int:
        """How many rows there are on it, at this moment."""

    async def read(self, count: int) -> list[StoredRow]:
        """The next rows, at most so many; none at the end. Others may run meanwhile, and write."""


class StreamingStore(Protocol):
    """A store that can be read a few rows at a time."""

    def walk(self, query: TraceQuery) -> RowWalk:
        """All rows that can hold a match: as they were sealed, or by the time at which they begin
        (order "asc") or end ("desc"), earliest or latest first. Where an id is asked for, the
        likeliest rows first; they may come again. Rows written, merged or deleted in the course of
        it may be on it or not."""


class DeadLetterStore(Protocol):
    """A store that also keeps what could not be written, one letter an id."""

    async def bury(self, letters: list[DeadLetter]) -> None:
        """Keep these, in place of others with their ids; durable when it returns."""

    async def letters(self) -> list[DeadLetter]:
        """All that are kept."""

    async def forget(self, ids: list[str]) -> None:
        """Keep these no longer. Ids without a letter are passed over."""


class RowFacts(NamedTuple):
    """What upkeep knows of a stored row without reading it. Sorts lowest priority first, then
    oldest: the order in which rows go."""

    priority: int
    t_max: float
    codec: str
    count: int  # type: ignore[assignment]  # nobody counts in this tuple
    bytes: int
    key: Any
    """The store's own name for the row."""


class Place(NamedTuple):
    """Where a stored row stands in its session."""

    session: str
    seq_first: int
    key: Any


class UpkeepStore(Protocol):
    """A store whose rows can be thinned out. All methods may raise `StoreUnavailable`."""

    async def survey(self, after: RowFacts | None, limit: int) -> list[RowFacts]:
        """The next rows in `RowFacts`' order, without loading what they hold; fewer than
        `limit` at the end."""

    async def places(self, after: Place | None, limit: int) -> list[Place]:
        """The next rows in the order of sealing; fewer than `limit` at the end."""

    async def closed_sessions(self) -> set[str]:
        """Sessions whose account was closed: nobody writes to them, or repeats a write, again."""

    async def edit(
        self,
        groups: Sequence[Sequence[Any]],
        change: Callable[[list[Row]], list[Row]],
        note: Callable[[Mapping[str, Any] | None], Mapping[str, Any] | None] | None,
        guard: int | None,
    ) -> None:
        """Change groups of rows, given by keys, in one transaction: all of it or nothing.

        `change` is handed those rows of each group that are still there and answers with what is
        to stand in their place; a row that it hands back stays untouched, new ones take over keys
        of those that go; it hands back no more than it was handed. At the end `note` makes the new
        value of meta's `upkeep` from the old one, None for no change. `guard` is the token by which
        a tab leads. Raises what `change` raises, `StoreFenced` where meta's `leader` tells of
        another token, and `StoreFull`.
        """


class StorageEstimate(NamedTuple):
    """Bytes that the origin uses, and may use."""

    usage: float
    quota: float


class StorageProbe(Protocol):
    """Tells how much room there is."""

    async def estimate(self) -> StorageEstimate | None:
        """None where the platform tells nothing."""


class Observer(Protocol):
    """Is told of events. One that raises is removed and logged."""

    def __call__(self, event: Event, /) -> None: ...


Account = Mapping[str, Any]
"""Counters of a session, as stored in the ledger."""
