"""What operations do: an entry before, an entry after. Every store gives the same result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .operations import (
    DeleteOperation,
    Operation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is kept under one id."""

    id: str
    content: str | None = None
    """None where only its vector is there."""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    embedding: tuple[float, ...] | None = None
    """As float32; None where it has no vector."""
    label: int | None = None


def after(entry: Entry | None, operation: Operation) -> Entry | None:
    """The entry (None: there is none) once the operation is applied."""
    match operation:
        case StoreOperation(id, content, tags, metadata):
            entry = entry or Entry(id)
            return replace(entry, content=content, tags=tuple(tags), metadata=metadata)
        case UpdateOperation(_, changes):
            stored = entry is not None and entry.content is not None
            return replace(entry, **changes) if entry and stored else entry
        case VectorOperation(id, embedding, label):
            return replace(entry or Entry(id), embedding=tuple(embedding), label=label)
        case DeleteOperation():
            return None
