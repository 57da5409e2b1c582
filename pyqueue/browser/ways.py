"""Ways through the rows in IndexedDB: along an index, by keys that were chosen before, or one after
the other. Each row comes with its key, as the JS object that it is."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import js

from .cursors import collect
from .database import Database
from .interop import to_array


class Found(NamedTuple):
    """A row object, and its key."""

    key: Any
    record: Any


class Way(Protocol):
    """Where to go on is remembered between two reads, and no transaction stays open."""

    async def count(self) -> int:
        """Rows that are left on it."""

    async def read(self, count: int) -> list[Found]:
        """The next ones; none at the end."""


class Along:
    """The rows along an index between two keys, both included; from the other end if `backwards`.
    Rows that come or go meanwhile do no harm."""

    def __init__(
        self, database: Database, index: str, lower: Any, upper: Any, backwards: bool = False
    ) -> None:
        self._database = database
        self._index = index
        self._span = [lower, upper]
        self._backwards = backwards
        self._last: tuple[Any, Any] | None = None

    async def count(self) -> int:
        def ask(segments: Any) -> list[Any]:
            return [segments.index(self._index).count(between(*self._span))]

        return int((await self._database.read("segments", ask))[0])

    async def keys(self) -> list[Any]:
        """Of all that are left."""
        (keys,) = await keys_in(self._database, [(self._index, between(*self._span))])
        ordered = keys[::-1] if self._backwards else keys
        last = self._last and self._last[1]
        return ordered[ordered.index(last) + 1 :] if last in ordered else ordered

    async def read(self, count: int) -> list[Found]:
        is_new = self._last is None

        def read(cursor: Any, segments: Any) -> tuple[Any, Any, Any] | None:
            nonlocal is_new
            place, key = cursor.key, cursor.primaryKey
            is_new = is_new or self._is_beyond(_plain(place), key)
            return (place, key, segments.get(key)) if is_new else None

        direction = "prev" if self._backwards else "next"
        span = between(*self._span)
        found = await collect(self._database, self._index, span, count, read, direction)
        if found:
            place, key, _ = found[-1]
            self._last = _plain(place), key
            self._span[self._backwards] = _plain(place)
        return [Found(key, request.result) for _, key, request in found]

    def _is_beyond(self, place: Any, key: Any) -> bool:
        """Whether it was not read yet. Rows that are alike for the index come by their keys."""
        last_place, last = self._last or (None, None)
        return place != last_place or bool(key < last if self._backwards else key > last)


class ByKey:
    """The rows with these keys, as far as they are still there."""

    def __init__(self, database: Database, keys: list[Any]) -> None:
        self._database = database
        self._left = keys

    async def count(self) -> int:
        return len(self._left)

    async def read(self, count: int) -> list[Found]:
        rows: list[Found] = []
        while not rows and (keys := self._left[:count]):
            del self._left[:count]
            rows = await fetch(self._database, keys)
        return rows


class Sifted:
    """The rows along an index that are in a span of another one, too. Once so many were read in
    vain, or are to be counted, both are listed; until then each is read."""

    def __init__(self, database: Database, along: Along, other: tuple[str, Any], so_many: int):
        self._database = database
        self._along = along
        self._other = other
        self._patience = so_many
        self._listed: ByKey | None = None

    async def count(self) -> int:
        return await (await self._list()).count()

    async def read(self, count: int) -> list[Found]:
        if self._listed is None and self._patience > 0:
            rows = await self._along.read(count)
            self._patience -= len(rows)
            return rows
        return await (await self._list()).read(count)

    async def _list(self) -> ByKey:
        if self._listed is None:
            (others,) = map(set, await keys_in(self._database, [self._other]))
            keys = [key for key in await self._along.keys() if key in others]
            self._listed = ByKey(self._database, keys)
        return self._listed


async def fetch(database: Database, keys: list[Any]) -> list[Found]:
    """The rows with these keys that are there."""
    records = await database.read("segments", lambda segments: [segments.get(key) for key in keys])
    return [Found(*row) for row in zip(keys, records, strict=True) if row[1] is not None]


async def keys_in(database: Database, spans: list[tuple[str, Any]], *limit: int) -> list[list[Any]]:
    """For each index and IDBKeyRange the keys of its rows, in the index's order."""

    def ask(segments: Any) -> list[Any]:
        return [segments.index(index).getAllKeys(span, *limit) for index, span in spans]

    return [keys.to_py() for keys in await database.read("segments", ask)]


def between(lower: Any, upper: Any) -> Any:
    """An IDBKeyRange; None is no bound."""
    lower, upper = map(_key, (lower, upper))
    if lower is None:
        return None if upper is None else js.IDBKeyRange.upperBound(upper)
    if upper is None:
        return js.IDBKeyRange.lowerBound(lower)
    return js.IDBKeyRange.bound(lower, upper)


def _key(key: Any) -> Any:
    """Of a large int Pyodide makes a BigInt, and that is no key."""
    if isinstance(key, int):
        return float(key)
    return to_array(key) if isinstance(key, list) else key


def _plain(key: Any) -> Any:
    return key.to_py() if hasattr(key, "to_py") else key
