"""Runs rounds of actions, from a seed or from a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

from ...core.queue import QueueCore
from .schedule import actions
from .session import MakeCore
from .shrink import shrink
from .violation import Action, SimulationFailed, Violation
from .world import World

ROUND = 1_000
"""Steps until everything starts afresh: what a failing seed has to be replayed from."""


@dataclass
class Report:
    """What happened. The same seed and steps give the same report."""

    seed: int | None = None
    steps: int = 0
    rounds: int = 0
    batches: int = 0
    virtual_ms: float = 0.0
    totals: dict[str, int] = field(default_factory=dict)
    """Traces by state, over all sessions."""
    digest: int = 0
    """A checksum of all rows that were stored, in order."""

    def add(self, world: World) -> None:
        world.end()
        self.steps += world.steps
        self.rounds += 1
        self.batches += world.batches
        self.virtual_ms += world.now
        for state, count in world.totals.items():
            self.totals[state] = self.totals.get(state, 0) + count
        self.digest = crc32(world.store.digest.to_bytes(4, "big"), self.digest)

    def __str__(self) -> str:
        shown = ", ".join(f"{count:,} {state}" for state, count in self.totals.items())
        return (
            f"seed {self.seed}: {self.steps:,} steps in {self.rounds} rounds, "
            f"{self.batches:,} batches, {self.virtual_ms / 3_600_000:,.1f} h of virtual time, "
            f"digest {self.digest:08x}\n{shown}"
        )


def simulate(
    seed: int,
    steps: int,
    *,
    core: MakeCore = QueueCore,
    round_steps: int = ROUND,
    shrink_runs: int = 5_000,
    progress: Callable[[Report], object] | None = None,
) -> Report:
    """Random steps, the same for the same seed. Raises `SimulationFailed` with a short trace.

    `core` makes the queue that is tested; `progress` is called after each round.
    """
    report = Report(seed)
    while report.steps < steps:
        world, trace = World(core), []
        random = Random(f"{seed} {report.rounds}")
        count = min(round_steps, steps - report.steps)
        try:
            for action in actions(random, world, count):
                trace.append(action)
                perform(world, action)
            report.add(world)
        except Violation as violation:
            violation.step = len(trace) - 1
            short, last = shrink(trace, violation, lambda t: failure(t, core), shrink_runs)
            raise SimulationFailed(seed, last, short) from violation
        if progress is not None:
            progress(report)
    return report


def replay(trace: Sequence[Action], *, core: MakeCore = QueueCore) -> Report:
    """Exactly these actions, with every check after each. Raises `Violation`."""
    world, report = World(core, deep=True), Report()
    try:
        for action in trace:
            perform(world, action)
        report.add(world)
    except Violation as violation:
        violation.step = min(world.steps, len(trace) - 1)
        raise
    return report


def failure(trace: Iterable[Action], core: MakeCore) -> Violation | None:
    """How a trace fails."""
    try:
        replay(list(trace), core=core)
    except Violation as violation:
        return violation
    return None


def perform(world: World, action: Action) -> None:
    """One step. Whatever the queue raises is a violation too."""
    name, *arguments = action
    method: Callable[..., Any] = getattr(world, str(name))
    try:
        method(*arguments)
        world.check()
    except Violation:
        raise
    except Exception as error:
        raise Violation("raised", f"{type(error).__name__}: {error}") from error
