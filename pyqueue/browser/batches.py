"""How batches get into the database: their session's account and their rows, in one transaction.

Accounts bear their session's name as `writer`, too, which is unique in the ledger. A fence is a
record that took the name: the account of one who was declared dead can't be put any more, and its
rows come to nothing with it. No one has to ask first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..batch import Row
from ..errors import StoreFenced, StoreRejected
from ..ports import Account
from .database import Database
from .faults import name_of
from .interop import to_record
from .naming import camel_keys
from .rows import row_object


async def write_rows(
    database: Database, account: Account, rows: Iterable[Row], strict: bool
) -> None:
    """Put these rows, and the account. Raises `StoreFenced` where a fence stands."""
    session = account["session"]
    record = camel_keys(account) | {"writer": session}
    requests: list[Any] = []

    def put(tx: Any) -> None:
        # First: one who was fenced off and repeats a batch is to hear of the fence.
        requests.append(tx.objectStore("ledger").put(to_record(record)))
        segments = tx.objectStore("segments")
        for row in rows:
            segments.put(row_object(row))

    try:
        await database.write(strict, put)
    except StoreRejected:
        if any(map(_met_a_fence, requests)):
            raise StoreFenced(f"{session} was declared dead") from None
        raise


def _met_a_fence(account: Any) -> bool:
    """Of the unique indexes, `writer` is the one that can speak against an account."""
    return account.readyState == "done" and name_of(account.error) == "ConstraintError"
