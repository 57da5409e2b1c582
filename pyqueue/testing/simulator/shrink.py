"""Makes a failing trace short: leaves out what it can, for as long as it still fails by the same
rule. Chunks first, halves and then ever smaller ones; then parts of single actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from .violation import Action, Violation

Fails = Callable[[Sequence[Action]], Violation | None]


def shrink(
    trace: Sequence[Action], violation: Violation, fails: Fails, runs: int
) -> tuple[list[Action], Violation]:
    """The shortest that was found in so many runs, and how it fails."""
    shrinker = _Shrinker(list(trace), violation, fails, runs)
    while shrinker.leave_out_chunks() or shrinker.simplify():
        pass
    return shrinker.best, shrinker.violation


class _Shrinker:
    def __init__(self, trace: list[Action], violation: Violation, fails: Fails, runs: int) -> None:
        self.best, self.violation = trace, violation
        self._fails, self._runs_left = fails, runs
        # All checks after each step may notice earlier, by another rule.
        found = fails(trace)
        self._rule = found.rule if found else violation.rule
        self._keeps(trace)

    def leave_out_chunks(self) -> bool:
        before, size = len(self.best), len(self.best) // 2
        while size:
            at = 0
            while at < len(self.best):
                if not self._keeps(self.best[:at] + self.best[at + size :]):
                    at += size
            size //= 2
        return len(self.best) < before

    def simplify(self) -> bool:
        changed, at = False, 0
        while at < len(self.best):
            for action in _simpler(self.best[at]):
                if self._keeps([*self.best[:at], action, *self.best[at + 1 :]]):
                    changed = True
                    break
            else:
                at += 1
        return changed

    def _keeps(self, trace: list[Action]) -> bool:
        """Whether it still fails; it is the best then, up to where it fails."""
        self._runs_left -= 1
        found = self._fails(trace) if self._runs_left > 0 else None
        if found is None or found.rule != self._rule:
            return False
        self.best, self.violation = trace[: (found.step or 0) + 1], found
        return True


def _simpler(action: Action) -> Iterator[Action]:
    for at, argument in enumerate(action):
        before, after = action[:at], action[at + 1 :]
        if isinstance(argument, Mapping):
            for name in argument:
                rest = {key: value for key, value in argument.items() if key != name}
                yield (*before, rest, *after)
        elif isinstance(argument, tuple) and action[0] == "weather":
            yield (*before, *after)
        elif isinstance(argument, tuple) and len(argument) > 1:
            middle = len(argument) // 2
            yield (*before, argument[:middle], *after)
            yield (*before, argument[middle:], *after)
        elif isinstance(argument, int) and argument > 0 and not after:
            yield (*before, argument // 2)
