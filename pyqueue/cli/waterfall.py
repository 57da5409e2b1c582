"""The spans of each trace as bars: when they began, how long they took, and what called what."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ..formats.record import Trace
from ..formats.wording import duration_text, iso_time, outcome
from .listing import STYLES, shown

DEEPEST = 12
"""Levels that are indented."""
FIGURES = 9
"""Columns of a duration."""
LEAST_BAR = 10
FARTHEST = 1e300
"""ms; with what lies beyond, a float can't be reckoned with."""


def waterfall(traces: list[Trace], width: int) -> Iterator[Text]:
    """Trace by trace, the earliest first; what belongs to no trace, one by one."""
    groups: dict[str, list[Trace]] = {}
    for trace in sorted(traces, key=lambda trace: trace["timestamp"]):
        groups.setdefault(trace.get("traceId") or f"\0{trace['id']}", []).append(trace)
    for number, (key, spans) in enumerate(groups.items()):
        if number:
            yield Text()
        yield _title("" if key.startswith("\0") else key, spans)
        yield from _bars(spans, width)


def _title(trace_id: str, spans: list[Trace]) -> Text:
    start, end = _extent(spans)
    count = f"{len(spans)} span{'s' * (len(spans) != 1)}"
    text = Text(f"{iso_time(start)}  {count}  {duration_text(end - start)}  ", "bold")
    return text.append_text(shown(trace_id, "cyan"))


def _bars(spans: list[Trace], width: int) -> Iterator[Text]:
    start, end = _extent(spans)
    ordered = list(_as_tree(spans))
    names = [shown(span["name"]) for _, span in ordered]
    indents = [2 * min(level, DEEPEST) for level, _ in ordered]
    longest = max(name.cell_len + by for name, by in zip(names, indents, strict=True))
    room = min(longest, max(LEAST_BAR, width // 2))
    columns = max(LEAST_BAR, width - room - FIGURES - 4)
    whole = end - start or 1
    for (_, span), name, by in zip(ordered, names, indents, strict=True):
        line = Text(" " * min(by, room - 1), no_wrap=True)
        name.truncate(room - line.cell_len, overflow="ellipsis", pad=True)
        line.append_text(name)
        before = min(int((_begin(span) - start) / whole * columns), columns - 1)
        length = min(max(1, round(_took(span) / whole * columns)), columns - before)
        sign = "━" if span["duration"] > 0 else "◆"
        result = outcome(span)
        line.append("  " + " " * before)
        line.append(sign * length, "blue" if result == "UNKNOWN" else STYLES[result])
        line.append(" " * (columns - before - length))
        line.append(f"{duration_text(span['duration']):>{FIGURES}}")
        yield line


def _extent(spans: list[Trace]) -> tuple[float, float]:
    return min(map(_begin, spans)), max(_begin(span) + _took(span) for span in spans)


def _begin(span: Trace) -> float:
    return float(max(-FARTHEST, min(FARTHEST, span["timestamp"])))


def _took(span: Trace) -> float:
    return float(max(0, min(FARTHEST, span["duration"])))


def _as_tree(spans: list[Trace]) -> Iterator[tuple[int, Trace]]:
    """Each with its level, children below their parents. A span whose parent is not there, or that
    is its own ancestor, begins at the left."""
    children: dict[str, list[Trace]] = {}
    known = {span["spanId"] for span in spans if span.get("spanId")}
    for span in spans:
        parent = span.get("parentId", "")
        children.setdefault(parent if parent in known else "", []).append(span)
    seen: set[int] = set()
    for root in [*children.get("", ()), *spans]:
        waiting = [(0, root)]
        while waiting:
            level, span = waiting.pop()
            if id(span) in seen:
                continue
            seen.add(id(span))
            yield level, span
            below = children.get(span.get("spanId") or "\0", ())
            waiting += [(level + 1, child) for child in reversed(below)]
