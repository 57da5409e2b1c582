"""Opening a database: the one request that may never be answered."""

from __future__ import annotations

import asyncio
from typing import Any

import js

from ..errors import StoreUnavailable
from .faults import NewerSchema, translated
from .interop import JsException, is_complete, listen
from .schema import Schema

OPEN_TIMEOUT = 5.0
"""Seconds. An upgrade that another tab blocks may never answer."""


class Connection:
    """An open database. It closes when the browser or another tab wants it to."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.is_open = True
        # "versionchange": another tab wants to upgrade or delete it, and waits for us.
        self._stop = listen(db, {"onclose": self.close, "onversionchange": self.close})

    def close(self, _: Any = None) -> None:
        """Take no more transactions; those under way end as they end."""
        if self.is_open:
            self.is_open = False
            self._stop()
            self.db.close()


async def connect(name: str, schema: Schema) -> Connection:
    """Open, create or upgrade. A database of a newer schema is opened as it is, where it says that
    ours may go on. Raises `StoreUnavailable` and `StoreFull`."""
    try:
        return await _open(name, schema, schema.version)
    except NewerSchema:
        connection = await _open(name, schema, None)
    fits = False
    try:
        fits = await _is_for(schema, connection.db)
    finally:
        if not fits:
            connection.close()
    if not fits:
        raise StoreUnavailable(
            f"IndexedDB {name!r} has version {int(connection.db.version)}, of a newer pyqueue or "
            f"of someone else; this one knows {schema.version}: reload the page"
        )
    return connection


async def _open(name: str, schema: Schema, version: int | None) -> Connection:
    try:
        request = js.indexedDB.open(name, *([] if version is None else [version]))
    except (JsException, AttributeError) as error:
        raise StoreUnavailable(f"there is no IndexedDB here: {error}") from None
    answer: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
    _answer(name, schema, version, request, answer)
    try:
        return await asyncio.wait_for(answer, OPEN_TIMEOUT)
    except BaseException as error:
        if answer.done() and not answer.cancelled() and answer.exception() is None:
            answer.result().close()  # it came in the very moment in which it was given up
        if not isinstance(error, TimeoutError):
            raise
        raise StoreUnavailable(
            f"IndexedDB {name!r} did not open in {OPEN_TIMEOUT} s; "
            "another tab may hold an older version open"
        ) from None


def _answer(
    name: str, schema: Schema, version: int | None, request: Any, answer: asyncio.Future[Connection]
) -> None:
    """Let the request's events settle `answer`; in the events, for a task would come too late."""
    refusals: list[Any] = []

    def upgrade(event: Any) -> None:
        try:
            if version is None:
                raise StoreUnavailable(f"IndexedDB {name!r} has gone; the next time makes it")
            schema.upgrade(request.result, request.transaction, int(event.oldVersion))
        except Exception as error:  # or it would reach the host
            refusals.append(error)
            request.transaction.abort()

    def succeed(_: Any) -> None:
        stop()
        if answer.done():  # late; nobody waits for it any more
            request.result.close()
        else:
            answer.set_result(Connection(request.result))

    def fail(_: Any) -> None:
        stop()
        if not answer.done():
            error = refusals[0] if refusals else request.error
            ours = isinstance(error, StoreUnavailable)
            answer.set_exception(error if ours else translated(name, error))

    stop = listen(request, {"onupgradeneeded": upgrade, "onsuccess": succeed, "onerror": fail})


async def _is_for(schema: Schema, db: Any) -> bool:
    """Whether a newer database lets this schema's pages go on, and has all that they use."""
    try:
        tx = db.transaction("meta", "readonly")
        request = tx.objectStore("meta").get("schema")
        if not await is_complete(tx):
            return False
        oldest = getattr(request.result, "oldest", None)
        return oldest is not None and oldest <= schema.version and not schema.missing(db)
    except JsException:  # no such store, or it closed
        return False
