"""How a batch gets into the database: its session's account and its rows, in one transaction.

Accounts bear their session's name as `writer`, too, which is unique in the ledger. A fence is a
record that took the name: the account of one who was declared dead can't be put any more, and its
rows come to nothing with it. No one has to ask first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..batch import Batch, Row
from ..errors import StoreFenced, StoreRejected
from .database import Database
from .faults import name_of
from .interop import to_record
from .naming import camel_keys
from .rows import row_object


async def write_batch(database: Database, batch: Batch, rows: Sequence[Row]) -> None:
    """Put these rows of a batch, and its account. Raises `StoreFenced` where a fence stands."""
    session = batch.account["session"]
    account = camel_keys(batch.account) | {"writer": session}
    requests: list[Any] = []

    def put(tx: Any) -> None:
        # First: one who was fenced off and repeats a batch is to hear of the fence.
        requests.append(tx.objectStore("ledger").put(to_record(account)))
        for row in rows:
            tx.objectStore("segments").put(row_object(row))

    try:
        await database.write(batch.strict, put)
    except StoreRejected:
        if any(map(_met_a_fence, requests)):
            raise StoreFenced(f"{session} was declared dead") from None
        raise


def _met_a_fence(account: Any) -> bool:
    """Of the unique indexes, `writer` is the one that can speak against an account."""
    return account.readyState == "done" and name_of(account.error) == "ConstraintError"
