"""What the simulator raises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Action = tuple[object, ...]
"""The name of a method of `World`, and its arguments: literals, so that a trace can be pasted."""


class Violation(AssertionError):
    """The queue broke a promise. `rule` names it; `step` is the index of the action, if known."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(rule, message)
        self.rule, self.message = rule, message
        self.step: int | None = None

    def __str__(self) -> str:
        return f"[{self.rule}] {self.message}"


class SimulationFailed(AssertionError):
    """A seed failed; `trace` is what is left of its actions, `replay(trace)` fails alike."""

    def __init__(self, seed: int, violation: Violation, trace: Sequence[Action]) -> None:
        super().__init__(seed, violation, trace)
        self.seed, self.violation, self.trace = seed, violation, list(trace)

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.violation}\n{as_code(self.trace)}"


def as_code(trace: Iterable[Action]) -> str:
    """The call that repeats a trace."""
    return "replay([\n" + "".join(f"    {action!r},\n" for action in trace) + "])"
