"""How the page's traces ended, told by their numbers: runs of them, for a batch is mostly one."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.queue import Fate
from ..parcel import Item

Runs = list[tuple[int, int]]
"""First and last number of each."""


class Receipts:
    """Collects what is settled until the page is told."""

    def __init__(self) -> None:
        self._runs: dict[Fate, Runs] = {}

    def note(self, fate: Fate, items: Iterable[Item]) -> None:
        """These ended like this. A trace that the page did not send has no number."""
        noted = self._runs.setdefault(fate, [])
        noted += [(item.ref, item.ref + item.count - 1) for item in items if item.ref]

    def take(self) -> dict[Fate, Runs]:
        """What was noted since the last call."""
        noted, self._runs = self._runs, {}
        return {fate: joined(runs) for fate, runs in noted.items() if runs}


def joined(runs: Runs) -> Runs:
    """The same numbers in as few runs as can be, ascending; no two may overlap."""
    found: Runs = []
    for first, last in sorted(runs):
        if found and found[-1][1] == first - 1:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found
