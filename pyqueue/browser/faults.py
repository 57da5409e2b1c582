"""What IndexedDB's errors mean to a queue, by their names."""

from __future__ import annotations

from typing import Any

from ..errors import StoreError, StoreFull, StoreRejected, StoreUnavailable

REJECTED = ("ConstraintError", "DataCloneError", "DataError")
"""These speak against the data; any other may pass."""

BROKEN = ("AbortError", "InvalidStateError", "UnknownError")
"""After these a connection may be of no use, although no event says so: Safari's are like that."""


class NewerSchema(StoreUnavailable):
    """The database is of a later version than the one that was asked for."""


def name_of(error: Any) -> str:
    """The exception's name; a transaction may be aborted without any."""
    return str(getattr(error, "name", None) or "AbortError")


def translated(database: str, error: Any) -> StoreError:
    """A JS exception, or null, as an error of ours."""
    name = name_of(error)
    message = getattr(error, "message", None) or "the browser gave no reason"
    told = f"IndexedDB {database!r}: {name}: {message}"
    if name == "NotFoundError":
        return StoreUnavailable(f"{told} (it lacks pyqueue's stores; another may have made it)")
    if name == "QuotaExceededError":
        return StoreFull(told)
    if name == "VersionError":
        return NewerSchema(told)
    return StoreRejected(told) if name in REJECTED else StoreUnavailable(told)
