"""Many traces of one caller, as many at a time as go into a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from .config import QueueConfig
from .ports import Clock
from .redaction import Redaction
from .trace import QueuedTrace, read_trace

_priority = attrgetter("priority")


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
    now = clock.now()
    chunk: list[QueuedTrace] = []
    size = 0
    try:
        for trace in traces:
            item = read_trace(trace, priority, now, clock.wall, new_id, redaction)
            size += item.size + 1
            if len(chunk) >= config.max_batch_size or size >= config.max_batch_bytes:
                yield chunk
                now, chunk, size = clock.now(), [], item.size + 1
            chunk.append(item)
    except Exception:
        yield chunk
        raise
    yield chunk


def by_priority(traces: Iterable[QueuedTrace], in_order: bool) -> list[list[QueuedTrace]]:
    """Traces of one priority together, the highest first; `in_order` only those that came one after
    the other, in the order of all."""
    if not in_order:
        traces = sorted(traces, key=_priority, reverse=True)  # which leaves equals in their order
    return [list(alike) for _, alike in groupby(traces, _priority)]
