"""The event names of seed 001, told from the engine's own events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..batch import DeadLetter
from ..events import Event
from ..ports import Observer
from .operations import Operation, from_text

EventName = Literal["writeFailure", "batchProcessed", "queueDrained"]

NAMES: tuple[EventName, ...] = ("writeFailure", "batchProcessed", "queueDrained")


@dataclass(frozen=True, slots=True)
class DeadOperation:
    """An operation that was given up for good, and why."""

    id: str
    """The one in its verdict, not the entry's."""
    operation: Operation
    priority: int
    reason: str
    error: str
    attempts: int
    time: float
    """When it was given up, ms since the epoch."""


def dead_operation(letter: DeadLetter) -> DeadOperation:
    operation = from_text(letter.trace)
    return DeadOperation(
        letter.id, operation, letter.priority, letter.reason, letter.error, letter.attempts,
        letter.time,
    )  # fmt: skip


class Translator:
    """Turns engine events into calls of `writeFailure(DeadOperation)`, `batchProcessed(count)` and
    `queueDrained()`. `letters` gives the dead letters of this run, `progress` how many operations
    were accepted so far and how many of them are held."""

    def __init__(
        self,
        letters: Callable[[], tuple[DeadLetter, ...]],
        progress: Callable[[], tuple[int, int]],
    ) -> None:
        self._letters = letters
        self._progress = progress

    def observer(self, name: str, listener: Callable[..., Any]) -> Observer:
        """What calls the listener. Raises ValueError or TypeError for what is none."""
        makers: Mapping[str, Callable[[Callable[..., Any]], Observer]] = {
            "writeFailure": self._on_failure,
            "batchProcessed": self._on_batch,
            "queueDrained": self._on_drained,
        }
        if name not in makers:
            raise ValueError(f"there is no event {name!r}, only {', '.join(NAMES)}")
        if not callable(listener):
            raise TypeError(f"a listener is a callable, not {listener!r:.60}")
        return makers[name](listener)

    def _on_failure(self, listener: Callable[[DeadOperation], Any]) -> Observer:
        def observe(event: Event) -> None:
            if event.kind == "deadletter":
                ids = set(event.payload["ids"])
                for letter in self._letters():
                    if letter.id in ids:
                        listener(dead_operation(letter))

        return observe

    def _on_batch(self, listener: Callable[[int], Any]) -> Observer:
        def observe(event: Event) -> None:
            if event.kind == "batch":
                listener(event.payload["size"])

        return observe

    def _on_drained(self, listener: Callable[[], Any]) -> Observer:
        told_at, _ = self._progress()

        def observe(event: Event) -> None:
            nonlocal told_at
            accepted, held = self._progress()
            # Where a listener enqueued more meanwhile, it is told when that is done too.
            if event.kind == "drained" and not held and accepted != told_at:
                told_at = accepted
                listener()

        return observe
