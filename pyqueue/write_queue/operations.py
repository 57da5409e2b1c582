"""The four operations, as a caller makes them and as text.

An operation is checked when it is made, and becomes JSON text once, at the queue's door; from
there on only its text travels, so what the caller changes later can't reach it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ..encoding import encode
from .checks import check_label, check_metadata, check_text, read_embedding, read_tags
from .vectors import pack, unpack

OperationType = Literal["store", "update", "delete", "vector"]

CHANGEABLE = ("content", "tags", "metadata")
"""What an update may set."""


@dataclass(frozen=True, slots=True)
class StoreOperation:
    """Set the entry's content, tags and metadata, all three; its vector stays."""

    type: ClassVar[OperationType] = "store"
    id: str
    content: str
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_text("id", self.id)
        check_text("content", self.content, empty=True)
        object.__setattr__(self, "tags", read_tags("tags", self.tags))
        check_metadata("metadata", self.metadata)


@dataclass(frozen=True, slots=True)
class UpdateOperation:
    """Set those of the entry's content, tags and metadata that `changes` holds, each as a whole.
    Without effect where nothing is stored under the id."""

    type: ClassVar[OperationType] = "update"
    id: str
    changes: Mapping[str, Any]

    def __post_init__(self) -> None:
        check_text("id", self.id)
        if not isinstance(self.changes, Mapping):
            raise TypeError(
                f"operation field 'changes' must be a mapping, not {self.changes!r:.60}"
            )
        object.__setattr__(self, "changes", _read_changes(self.changes))


@dataclass(frozen=True, slots=True)
class DeleteOperation:
    """Remove the entry and its vector. Without effect where there is none."""

    type: ClassVar[OperationType] = "delete"
    id: str

    def __post_init__(self) -> None:
        check_text("id", self.id)


@dataclass(frozen=True, slots=True)
class VectorOperation:
    """Set the entry's embedding and label, whether or not anything is stored under the id.

    `embedding` is any sequence of finite numbers; it is kept as float32.
    """

    type: ClassVar[OperationType] = "vector"
    id: str
    embedding: Sequence[float]
    label: int = 0

    def __post_init__(self) -> None:
        check_text("id", self.id)
        object.__setattr__(self, "embedding", read_embedding("embedding", self.embedding))
        check_label("label", self.label)


Operation = StoreOperation | UpdateOperation | DeleteOperation | VectorOperation

OPERATIONS = (StoreOperation, UpdateOperation, DeleteOperation, VectorOperation)


def to_text(operation: Operation) -> str:
    """The operation as JSON; an embedding as base64 of its float32."""
    record: dict[str, Any] = {"type": operation.type}
    for name in operation.__dataclass_fields__:
        record[name] = getattr(operation, name)
    if isinstance(operation, VectorOperation):
        record["embedding"] = base64.b64encode(pack(operation.embedding)).decode()
    return encode(record)


def from_text(text: str) -> Operation:
    """The operation that `to_text` was given."""
    record = json.loads(text)
    if record["type"] == "vector":
        record["embedding"] = unpack(base64.b64decode(record["embedding"]))
    type = record.pop("type")
    kind = next(kind for kind in OPERATIONS if kind.type == type)
    operation: Operation = kind(**record)
    return operation


def _read_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    if not changes:
        raise ValueError("operation field 'changes' must change something")
    for name in changes:
        if name not in CHANGEABLE:
            known = ", ".join(CHANGEABLE)
            raise ValueError(f"operation field 'changes' can't set {name!r:.60}, only {known}")
    if "content" in changes:
        check_text("changes.content", changes["content"], empty=True)
    if "metadata" in changes:
        check_metadata("changes.metadata", changes["metadata"])
    read = dict(changes)
    if "tags" in read:
        read["tags"] = read_tags("changes.tags", read["tags"])
    return read
