"""Many traces of one caller, as many at a time as go into a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from .config import QueueConfig
from .ports import Clock
from .redaction import NOTHING, Redaction, Rules
from .trace import QueuedTrace, read_trace

_priority = attrgetter("priority")


class LookLater:
    """Rules that find no text suspect for now, and look at all of them together in the end: that
    takes half the time."""

    def __init__(self, rules: Redaction) -> None:
        self._rules = rules
        self._texts: list[str] = []
        self.hides, self.pass_keys = rules.hides, rules.pass_keys
        self.text, self.name, self.number = rules.text, rules.name, rules.number
        self.is_suspect: Callable[[str], object] = self._texts.append
        self.missed()

    def missed(self) -> bool:
        """Whether there may be something to be hidden in what was asked since the last time. Where
        there was, or may be in any text, nothing is put off from then on."""
        found = self._rules.is_suspect("".join(self._texts))
        self._texts.clear()
        if found:
            self.is_suspect = self._rules.is_suspect
        return found


def read_all(
    traces: Iterable[object],
    priority: object,
    config: QueueConfig,
    clock: Clock,
    new_id: Callable[[], str],
    redaction: Redaction | None,
) -> Iterator[list[QueuedTrace]]:
    """The traces encoded, a chunk at a time; see `read_trace`. Before it raises what that raises,
    or the iterable, comes what was read until then."""

    def chunks(
        traces: Iterable[object], rules: Rules
    ) -> Iterator[tuple[list[object], list[QueuedTrace]]]:
        now = clock.now()
        given: list[object] = []
        chunk: list[QueuedTrace] = []
        size = 0
        try:
            for trace in traces:
                item = read_trace(trace, priority, now, clock.wall, new_id, rules)
                more = size + item.size + 1
                if len(chunk) >= config.max_batch_size or more >= config.max_batch_bytes:
                    yield given, chunk
                    now, given, chunk, size = clock.now(), [], [], 0
                    # Anew: it is to be looked at with its own chunk, by what is the rule by now.
                    item = read_trace(trace, priority, now, clock.wall, new_id, rules)
                size += item.size + 1
                given.append(trace)
                chunk.append(item)
        except Exception:
            yield given, chunk
            raise
        yield given, chunk

    rules = redaction or NOTHING
    later = LookLater(rules)
    for given, chunk in chunks(traces, later):
        if later.missed():
            yield from (chunk for _, chunk in chunks(given, rules))
        else:
            yield chunk


def by_priority(traces: Iterable[QueuedTrace], in_order: bool) -> list[list[QueuedTrace]]:
    """Traces of one priority together, the highest first; `in_order` only those that came one after
    the other, in the order of all."""
    if not in_order:
        traces = sorted(traces, key=_priority, reverse=True)  # which leaves equals in their order
    return [list(alike) for _, alike in groupby(traces, _priority)]
