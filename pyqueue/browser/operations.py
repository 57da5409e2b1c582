"""`IndexedDBOperationStore`: entries and their vectors in an IndexedDB database of their own.

Version 1 of its schema: `entries` (key `id`: content, tags, metadata as JSON text, and embedding as
a Float32Array, label, dimensions where it has a vector; index `dimensions`), `sessions` (key
`session`: how far each has been applied), `dead_letters` (key `id`).
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import js

from ..batch import DeadLetter
from ..encoding import encode
from ..write_queue.entry import Entry, after
from ..write_queue.operations import Operation
from ..write_queue.plan import BulkWrite
from ..write_queue.search import CHUNK, read_search
from ..write_queue.vectors import Match
from .database import Database
from .interop import to_object
from .naming import camel, camel_keys
from .schema import Schema


class IndexedDBOperationStore:
    """Keeps entries in the IndexedDB database `name`. A batch is one transaction, with strict
    durability; what it changes is read within it, so tabs may share the database."""

    def __init__(self, name: str = "pyqueue-entries") -> None:
        self._database = Database(name, ENTRIES)

    def __repr__(self) -> str:
        state = "open" if self._database.is_open else "closed"
        return f"<IndexedDBOperationStore {self._database.name!r} {state}>"

    async def open(self) -> None:
        await self._database.open()

    async def close(self) -> None:
        self._database.close()

    async def apply(self, write: BulkWrite) -> None:
        operations = [operation for bulk in write.bulks for operation in bulk.operations]
        ids = list(dict.fromkeys(operation.id for operation in operations))

        def ask(tx: Any) -> list[Any]:
            entries = tx.objectStore("entries")
            return [tx.objectStore("sessions").get(write.session), *map(entries.get, ids)]

        def put(tx: Any, found: list[Any]) -> None:
            session, *stored = found
            if session is not None and session.applied >= write.last:
                return
            entries = {id: _entry(record) for id, record in zip(ids, stored, strict=True)}
            _put_entries(tx.objectStore("entries"), entries, operations)
            place = {"session": write.session, "applied": write.last}
            tx.objectStore("sessions").put(to_object(place))

        await self._database.change(ask, put)

    async def get(self, id: str) -> Entry | None:
        (record,) = await self._database.read("entries", lambda entries: [entries.get(id)])
        return _entry(record)

    async def search(self, embedding: Sequence[float], k: int = 10) -> list[Match]:
        nearest = read_search(embedding, k)
        wanted = js.IDBKeyRange.only(nearest.dimensions)
        (keys,) = await self._database.read(
            "entries", lambda entries: [entries.index("dimensions").getAllKeys(wanted)]
        )
        keys = list(keys)
        for start in range(0, len(keys), CHUNK):
            entries = await self._entries(keys[start : start + CHUNK])
            nearest.look((e.id, e.label or 0, e.embedding) for e in entries if e.embedding)
            await asyncio.sleep(0)
        return nearest.matches()

    async def _entries(self, ids: list[str]) -> list[Entry]:
        records = await self._database.read(
            "entries", lambda entries: [entries.get(id) for id in ids]
        )
        return [entry for entry in map(_entry, records) if entry is not None]

    # Dead letters

    async def bury(self, letters: list[DeadLetter]) -> None:
        def put(tx: Any) -> None:
            for letter in letters:
                tx.objectStore("dead_letters").put(to_object(camel_keys(asdict(letter))))

        await self._database.write(True, put)

    async def letters(self) -> list[DeadLetter]:
        (letters,) = await self._database.read("dead_letters", lambda letters: [letters.getAll()])
        names = [field.name for field in fields(DeadLetter)]
        return [DeadLetter(**{name: getattr(x, camel(name)) for name in names}) for x in letters]

    async def forget(self, ids: list[str]) -> None:
        def delete(tx: Any) -> None:
            for id in ids:
                tx.objectStore("dead_letters").delete(id)

        await self._database.write(True, delete)


def _upgrade(db: Any, tx: Any, old: int) -> None:
    entries = db.createObjectStore("entries", to_object({"keyPath": "id"}))
    entries.createIndex("dimensions", "dimensions")
    db.createObjectStore("sessions", to_object({"keyPath": "session"}))
    db.createObjectStore("dead_letters", to_object({"keyPath": "id"}))


ENTRIES = Schema(
    version=1,
    stores={"entries": ("dimensions",), "sessions": (), "dead_letters": ()},
    upgrade=_upgrade,
)


def _put_entries(store: Any, entries: dict[str, Entry | None], operations: list[Operation]) -> None:
    for operation in operations:
        entries[operation.id] = after(entries[operation.id], operation)
    for id, entry in entries.items():
        if entry is None:
            store.delete(id)
        else:
            store.put(_record(entry))


def _record(entry: Entry) -> Any:
    record: dict[str, Any] = {
        "id": entry.id,
        "content": entry.content,
        "tags": encode(entry.tags),
        "metadata": encode(entry.metadata),
    }
    if entry.embedding is not None:
        record["embedding"] = array("f", entry.embedding)
        record["dimensions"] = len(entry.embedding)
        record["label"] = entry.label
    return to_object(record)


def _entry(record: Any) -> Entry | None:
    if record is None:
        return None
    embedding = getattr(record, "embedding", None)
    return Entry(
        record.id,
        record.content,
        tuple(json.loads(record.tags)),
        json.loads(record.metadata),
        None if embedding is None else tuple(embedding.to_py()),
        getattr(record, "label", None),
    )
