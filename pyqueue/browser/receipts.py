"""How the page's traces ended, told by their numbers: runs of them, for a batch is mostly one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from ..core.queue import Fate
from ..trace import QueuedTrace

Runs = list[tuple[int, int]]
"""First and last number of each."""


class Receipts:
    """Collects what is settled until the page is told."""

    def __init__(self) -> None:
        self._refs: dict[Fate, list[int]] = {}

    def note(self, fate: Fate, traces: Iterable[QueuedTrace]) -> None:
        """These ended like this. A trace that the page did not send has no number."""
        self._refs.setdefault(fate, []).extend([item.ref for item in traces if item.ref])

    def take(self) -> dict[Fate, Runs]:
        """What was noted since the last call."""
        refs, self._refs = self._refs, {}
        return {fate: runs(numbers) for fate, numbers in refs.items() if numbers}


def runs(numbers: list[int]) -> Runs:
    """Distinct numbers as runs without a gap, ascending."""
    numbers.sort()
    found: Runs = []
    start = 0
    while start < len(numbers):
        # In a run, each number is as far from the first as its place is.
        offset = numbers[start] - start
        end = bisect_right(
            range(len(numbers)), offset, lo=start, key=lambda place: numbers[place] - place
        )
        found.append((numbers[start], numbers[end - 1]))
        start = end
    return found
