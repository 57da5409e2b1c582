"""Transactions on an IndexedDB database of ours, which is opened again when it was closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import Any

from ..errors import StoreError
from .faults import BROKEN, name_of, translated
from .interop import JsException, is_complete, listen, to_array, to_object
from .opening import Connection, connect
from .schema import TRACES, Schema
from .transaction import abort, commit


class Database:
    """Transactions on the database `name`. Raises `StoreUnavailable`, more exactly `StoreFull`
    where it knows, and `StoreRejected`."""

    def __init__(self, name: str, schema: Schema = TRACES) -> None:
        self.name = name
        self.schema = schema
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        return self._connection is not None and self._connection.is_open

    async def open(self) -> None:
        await self._connected()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    async def write(self, strict: bool, put: Callable[[Any], None]) -> None:
        """Issue all requests in one go, commit, and wait once."""

        def issue(tx: Any) -> None:
            put(tx)
            commit(tx)

        await self._transact(strict, issue)

    async def change(
        self, ask: Callable[[Any], list[Any]], put: Callable[[Any, list[Any]], None]
    ) -> None:
        """One transaction: the requests of `ask`, and in the moment when the last of them is
        answered, `put` with all their results. Nothing awaits in between, so it stays open. What
        `put` raises is raised here, and nothing is written."""
        failures: list[Exception] = []
        stop: Callable[[], None] | None = None

        def issue(tx: Any) -> None:
            nonlocal stop
            requests = ask(tx)

            def go_on(_: Any = None) -> None:
                try:
                    put(tx, [request.result for request in requests])
                    commit(tx)
                except Exception as error:
                    failures.append(error)
                    abort(tx)

            if requests:
                stop = listen(requests[-1], {"onsuccess": go_on})
            else:
                go_on()

        try:
            await self._transact(True, issue)
        except StoreError:
            for failure in failures:
                raise self._explained(failure) from None
            raise
        finally:
            if stop is not None:
                stop()

    async def read(self, store: str, ask: Callable[[Any], list[Any]]) -> list[Any]:
        """The results of requests to a store, issued in one go."""
        connection, tx = await self._begin(store, "readonly")
        try:
            requests = ask(tx.objectStore(store))
        except JsException as error:
            raise self._explained(error, connection) from None
        if not await is_complete(tx):
            raise self._explained(tx.error, connection)
        return [request.result for request in requests]

    async def _transact(self, strict: bool, issue: Callable[[Any], None]) -> None:
        stores, *options = self._terms
        connection, tx = await self._begin(stores, "readwrite", options[strict])
        try:
            issue(tx)
        except Exception as error:
            abort(tx)  # or what was issued before it would be written
            raise self._explained(error, connection) from None
        if not await is_complete(tx):
            raise self._explained(tx.error, connection)

    @cached_property
    def _terms(self) -> tuple[Any, Any, Any]:
        """What a transaction that writes is begun with, as JS has it: the stores, and the options
        for a relaxed and for a strict one."""
        relaxed, strict = (to_object({"durability": kind}) for kind in ("relaxed", "strict"))
        return to_array(list(self.schema.stores)), relaxed, strict

    async def _begin(self, stores: Any, *terms: Any) -> tuple[Connection, Any]:
        for is_second in (False, True):
            connection = await self._connected()
            try:
                return connection, connection.db.transaction(stores, *terms)
            except JsException as error:
                explained = self._explained(error, connection)
                # A connection that was closing: nothing is written yet, so a new one is tried.
                if is_second or name_of(error) != "InvalidStateError":
                    raise explained from None
        raise AssertionError("the second time raises")

    async def _connected(self) -> Connection:
        if self._connection is not None and self._connection.is_open:
            return self._connection
        async with self._opening:
            if self._connection is None or not self._connection.is_open:
                self._connection = await connect(self.name, self.schema)
            return self._connection

    def _explained(self, error: Any, connection: Connection | None = None) -> Exception:
        """An error of ours for one of the browser's; the next transaction opens again where it
        speaks against the connection."""
        if isinstance(error, Exception) and not isinstance(error, JsException):
            return error
        if connection is not None and name_of(error) in BROKEN:
            connection.close()
        return translated(self.name, error)
