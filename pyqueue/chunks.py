"""Many traces of one caller, as many at a time as go into a batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from .config import QueueConfig
from .ports import Clock
from .redaction import NOTHING, Redaction
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
        self.puts_off = not rules.is_suspect("")
        """Not where any text is suspect."""
        self.is_suspect: Callable[[str], object] = (
            self._texts.append if self.puts_off else rules.is_suspect
        )

    def missed(self) -> bool:
        """Whether there may be something to be hidden in what was put off since the last time.
        Where there was, nothing is put off from then on."""
        found = bool(self._texts) and self._rules.is_suspect("".join(self._texts))
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
    rules = redaction or NOTHING
    later = LookLater(rules)

    def again(item: QueuedTrace) -> QueuedTrace:
        """With all that is to be hidden. From its own text: the caller's object, of which there may
        be one for all of them, holds another trace by now."""
        if not (later.puts_off and rules.is_suspect(item.text)):
            return item
        trace = json.loads(item.text)
        return read_trace(trace, item.priority, item.enqueued_at, clock.wall, new_id, rules)

    def chunks() -> Iterator[list[QueuedTrace]]:
        now = clock.now()
        chunk: list[QueuedTrace] = []
        size = 0
        try:
            for trace in traces:
                item = read_trace(trace, priority, now, clock.wall, new_id, later)
                more = size + item.size + 1
                if len(chunk) >= config.max_batch_size or more >= config.max_batch_bytes:
                    yield chunk
                    now, chunk, size = clock.now(), [], 0
                    item = again(item)  # it was looked at with the chunk before
                size += item.size + 1
                chunk.append(item)
        except Exception:
            yield chunk
            raise
        yield chunk

    for chunk in chunks():
        yield list(map(again, chunk)) if later.missed() else chunk


def by_priority(traces: Iterable[QueuedTrace], in_order: bool) -> list[list[QueuedTrace]]:
    """Traces of one priority together, the highest first; `in_order` only those that came one after
    the other, in the order of all."""
    if not in_order:
        traces = sorted(traces, key=_priority, reverse=True)  # which leaves equals in their order
    return [list(alike) for _, alike in groupby(traces, _priority)]
