"""What a database of ours holds, and how an older one becomes a newer one.

The schema of traces is documented in web/README.md and written a second time in web/database.js,
for pages where Python is not up; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .interop import to_array, to_object


@dataclass(frozen=True, slots=True)
class Schema:
    """A version of a database."""

    version: int
    stores: Mapping[str, tuple[str, ...]]
    """Each store, and the indexes that are used of it."""
    upgrade: Callable[[Any, Any, int], None]
    """`(db, tx, old)`: makes this version of an older one; 0 is a new database."""

    def missing(self, db: Any) -> list[str]:
        """Stores and indexes that an open database lacks."""
        stores = [name for name in self.stores if not db.objectStoreNames.contains(name)]
        if stores:
            return stores
        tx = db.transaction(to_array(list(self.stores)), "readonly")
        return [
            f"{store}.{index}"
            for store, indexes in self.stores.items()
            for index in indexes
            if not tx.objectStore(store).indexNames.contains(index)
        ]


def _upgrade(db: Any, tx: Any, old: int) -> None:
    if old < 1:
        segments = db.createObjectStore("segments", to_object({"autoIncrement": True}))
        once = to_object({"unique": True})
        segments.createIndex("order", to_array(("session", "seqFirst")), once)
        segments.createIndex("end", to_array(("session", "seqLast")), once)
        segments.createIndex("priority", "priority")
        segments.createIndex("time", "tMax")
        segments.createIndex("traceIds", "traceIds", to_object({"multiEntry": True}))
        db.createObjectStore("dead_letters", to_object({"keyPath": "id"}))
        db.createObjectStore("ledger", to_object({"keyPath": "session"}))
        db.createObjectStore("meta")
    if old < 2:
        tx.objectStore("ledger").createIndex("writer", "writer", to_object({"unique": True}))
        upkeep = to_array(("priority", "tMax", "codec", "count", "bytes"))
        tx.objectStore("segments").createIndex("upkeep", upkeep)
    if old < 3:
        tx.objectStore("segments").createIndex("start", "tMin")
    note = {"version": TRACES.version, "oldest": OLDEST}
    tx.objectStore("meta").put(to_object(note), "schema")


OLDEST = 1
"""Pages that know this version of the schema, or a later one, can go on with ours."""

TRACES = Schema(
    version=3,
    stores={
        "segments": ("order", "end", "priority", "time", "start", "traceIds", "upkeep"),
        "ledger": ("writer",),
        "dead_letters": (),
        "meta": (),
    },
    upgrade=_upgrade,
)
