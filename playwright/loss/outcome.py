"""What was offered, what was promised, and what was found again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loss.scene import Scene


@dataclass(frozen=True)
class Scenario:
    """One run is `run(scene, chance)`; afterwards the scene recovers and accounts."""

    name: str
    run: Callable[[Scene, Random], None]
    runs: int
    is_killed: bool = False
    """Without warning: what was accepted but not yet on its way to the disk may go with it."""


@dataclass
class Tally:
    """What one visitor reported. Numbers count its traces from 0."""

    name: str
    database: str
    offered: int = 0
    refused: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    parts: list[tuple[int, str]] = field(default_factory=list)
    """From which number on traces belong to which row of the table."""

    def note(self, report: dict[str, Any]) -> None:
        self.offered = max(self.offered, report.get("offered", 0))
        self.refused.update(report.get("refused", ()))
        if "written" in report:
            self.acknowledged.add(report["written"])
        self.acknowledged.update(range(report.get("flushed", 0)))


@dataclass(frozen=True)
class Outcome:
    """A row of the table."""

    runs: int = 0
    offered: int = 0
    acknowledged: int = 0
    recovered: int = 0
    lost_acknowledged: int = 0
    lost_accepted: int = 0
    worst: int = 0
    """The most accepted traces that one run lost."""
    duplicated: int = 0

    def keeps_its_promise(self, is_killed: bool) -> bool:
        """The zeros."""
        zeros = self.lost_acknowledged + self.duplicated + (0 if is_killed else self.worst)
        return zeros == 0

    def __add__(self, other: Outcome) -> Outcome:
        """Both together, as one run."""
        return Outcome(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def after(self, run: Outcome) -> Outcome:
        """With one more run."""
        total, worst = self + run, max(self.worst, run.lost_accepted)
        return replace(total, runs=self.runs + 1, worst=worst)


def account(tally: Tally, found: Counter[str], default: str) -> Iterable[tuple[str, Outcome]]:
    """What became of one visitor's traces, by row of the table."""
    # A page that was killed may have offered more than it could report.
    mine = {int(id.rpartition(".")[2]) for id in found if id.startswith(f"{tally.name}.")}
    end = max([tally.offered, *(number + 1 for number in mine)])
    parts = tally.parts or [(0, default)]
    ends = [start for start, _ in parts[1:]] + [end]
    for (start, label), stop in zip(parts, ends, strict=True):
        numbers = set(range(start, stop))
        acknowledged = tally.acknowledged & numbers - tally.refused
        lost = numbers - mine - tally.refused
        yield (
            label,
            Outcome(
                offered=len(numbers),
                acknowledged=len(acknowledged),
                recovered=len(mine & numbers),
                lost_acknowledged=len(lost & acknowledged),
                lost_accepted=len(lost - acknowledged),
                duplicated=sum(found[f"{tally.name}.{number}"] > 1 for number in numbers),
            ),
        )
