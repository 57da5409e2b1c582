"""The ids seen last, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable


class RecentIds:
    """Remembers at least the last `size` ids and at most twice as many.

    Two generations: when the younger is full, it becomes the elder and the elder is forgotten. So
    everything costs the same at any size, and many ids go in with one call.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, id: str) -> bool:
        return id in self._young or id in self._old

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def holds_any(self, ids: Collection[str]) -> bool:
        """Whether one of them is remembered."""
        return not (self._young.isdisjoint(ids) and self._old.isdisjoint(ids))

    def add(self, ids: Iterable[str]) -> None:
        self._young.update(ids)
        if len(self._young) >= self.size:
            self._old, self._young = self._young, set()

    def discard(self, id: str) -> None:
        self._young.discard(id)
        self._old.discard(id)
