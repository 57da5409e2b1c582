"""Figures of one measure, and the lines that it puts into the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.scene import Scene


@dataclass(frozen=True)
class Line:
    """`ratio` (or a plain count) against a `target`; `least` where more is better."""

    what: str
    ratio: float
    target: float
    least: bool = False
    figures: str = ""
    """What the ratio was made of."""

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.target if self.least else self.ratio <= self.target


@dataclass(frozen=True)
class Measure:
    """`run` measures, and returns what can be written as JSON; `lines` and `note` (Markdown) tell
    what that says."""

    name: str
    run: Callable[[Scene], Any]
    lines: Callable[[Any], list[Line]] = lambda _: []
    note: Callable[[Any], str] | None = None
    in_quick: bool = True


def ratio(mine: list[float], others: list[float]) -> float:
    """The median of the ratios of rounds that were played side by side."""
    return median(a / b for a, b in zip(mine, others, strict=True))


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Of each figure."""
    return {key: median(played[key] for played in rounds) for key in rounds[0]}


def table(head: list[str], rows: list[list[str]]) -> str:
    """In Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
