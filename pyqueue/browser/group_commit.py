"""Group commit: batches that are ready while a transaction is under way share the next one.

To the browser, one transaction with four rows is hardly more work than with one; to Python it is a
quarter of four. So the busier the database is, the less each batch costs.

Source: David J. DeWitt et al., "Implementation Techniques for Main Memory Database Systems",
SIGMOD 1984.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from .. import turns
from ..batch import Batch, Row
from ..errors import StoreFenced, StoreRejected
from .batches import write_rows
from .database import Database

DEPTH = 2
"""Transactions at a time: while the browser ends one, it has the next."""


@dataclass(slots=True, eq=False)
class _Waiting:
    batch: Batch
    rows: Sequence[Row]
    ended: asyncio.Future[bool]
    """True when it is durable, False where the group was rejected for one of its batches."""


class GroupCommit:
    """Writes batches of one session."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._under_way = 0
        self._waiting: list[_Waiting] = []
        self._groups: set[asyncio.Task[None]] = set()

    async def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Write these rows of the batch; CRITICAL waits for nobody."""
        if not batch.strict and self._under_way >= DEPTH:
            ended = turns.future()
            self._waiting.append(_Waiting(batch, rows, ended))
            if await ended:
                return
        await self._commit(batch, rows)

    async def _commit(self, newest: Batch, rows: Sequence[Row]) -> None:
        self._under_way += 1
        try:
            await write_rows(self._database, newest.account, rows, newest.strict)
        finally:
            self._under_way -= 1
            self._start_group()

    def _start_group(self) -> None:
        group = [one for one in self._waiting if not one.ended.done()]  # some were given up
        self._waiting = []
        if group:
            turns.start(self._commit_group(group), self._groups)

    async def _commit_group(self, group: list[_Waiting]) -> None:
        rows = list(chain.from_iterable(one.rows for one in group))
        error: Exception | None = None
        try:
            await self._commit(group[-1].batch, rows)
        except Exception as raised:
            error = raised
        is_one_at_fault = isinstance(error, StoreRejected) and not isinstance(error, StoreFenced)
        for one in group:
            if one.ended.done():
                continue
            if error is None or (is_one_at_fault and len(group) > 1):
                one.ended.set_result(error is None)
            else:
                one.ended.set_exception(error)
