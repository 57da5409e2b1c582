"""The `UpkeepStore` part of the store in IndexedDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import js

from ..batch import Row
from ..errors import StoreFenced
from ..ports import Place, RowFacts
from .cursors import collect
from .database import Database
from .interop import to_array, to_object
from .rows import read_row, row_object

Note = Callable[[Mapping[str, Any] | None], Mapping[str, Any] | None]


class IndexedDBUpkeep:
    """Surveys rows by key cursors, which load no data, and edits them in one transaction."""

    _database: Database

    async def survey(self, after: RowFacts | None, limit: int) -> list[RowFacts]:
        def read(cursor: Any, _: Any) -> RowFacts | None:
            row = _facts(cursor)
            # Others may be alike in all but their key, and stand at the same place of the index.
            return row if row and (after is None or row > after) else None

        bound = after and js.IDBKeyRange.lowerBound(to_array(after[:-1]))
        return await collect(self._database, "upkeep", bound, limit, read)

    async def places(self, after: Place | None, limit: int) -> list[Place]:
        def read(cursor: Any, _: Any) -> Place:
            session, seq = cursor.key.to_py()
            return Place(session, seq, cursor.primaryKey)

        bound = after and js.IDBKeyRange.lowerBound(to_array(after[:-1]), True)
        return await collect(self._database, "order", bound, limit, read)

    async def closed_sessions(self) -> set[str]:
        # Fences have a time of closing too, but no row is of a session with such a name.
        (accounts,) = await self._database.read("ledger", lambda ledger: [ledger.getAll()])
        return {one.session for one in accounts if getattr(one, "closed", None)}

    async def edit(
        self,
        groups: Sequence[Sequence[Any]],
        change: Callable[[list[Row]], list[Row]],
        note: Note | None,
        guard: int | None,
    ) -> None:
        def ask(tx: Any) -> list[Any]:
            segments, meta = tx.objectStore("segments"), tx.objectStore("meta")
            found = [segments.get(key) for keys in groups for key in keys]
            return [*found, meta.get("upkeep"), meta.get("leader")]

        def put(tx: Any, results: list[Any]) -> None:
            *records, previous, leader = results
            if guard is not None and getattr(leader, "token", guard) != guard:
                raise StoreFenced(f"leader {guard}: another leads")
            left = iter(records)
            for keys in groups:
                pairs = [(key, next(left)) for key in keys]
                stored = {key: _row(record) for key, record in pairs if record is not None}
                _replace(tx.objectStore("segments"), stored, change(list(stored.values())))
            value = note(previous.to_py() if hasattr(previous, "to_py") else None) if note else None
            if value is not None:
                tx.objectStore("meta").put(to_object(value), "upkeep")

        await self._database.change(ask, put)


def _facts(cursor: Any) -> RowFacts | None:
    """None where the fields are no row's: not ours to judge."""
    priority, t_max, codec, count, size = cursor.key.to_py()
    numbers = (priority, t_max, count, size)
    if not isinstance(codec, str) or not all(isinstance(one, (int, float)) for one in numbers):
        return None
    return RowFacts(int(priority), t_max, codec, int(count), int(size), cursor.primaryKey)


def _row(record: Any) -> Row:
    """What can't be read comes as a row that is corrupt, so that it can be dealt with."""
    try:
        return read_row(record)
    except Exception:
        count, size, priority = (_whole(record, name) for name in ("count", "bytes", "priority"))
        return Row("", 0, 0, priority, False, count, size, 0, 0, (), "json", "")


def _whole(record: Any, name: str) -> int:
    value = getattr(record, name, 0)
    return int(value) if isinstance(value, (int, float)) else 0


def _replace(segments: Any, stored: dict[Any, Row], rows: list[Row]) -> None:
    kept, known = {id(row) for row in rows}, {id(row) for row in stored.values()}
    gone = [key for key, row in stored.items() if id(row) not in kept]
    for key in gone:
        segments.delete(key)  # before others are put: a place in a session is taken once
    new = [row for row in rows if id(row) not in known]
    for key, row in zip(gone, new, strict=False):
        segments.put(row_object(row), key)
