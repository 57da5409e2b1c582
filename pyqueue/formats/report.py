"""Text for people: 80 columns, a trace after the other, and at the end what there was in all."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from ..priority import LABELS
from .record import Trace, error_parts
from .safe import shortened, to_json, visible
from .tally import Tally
from .wording import duration_text, iso_time, outcome, width, wrapped

COLUMNS = 80
LABEL = 10
"""Columns of a field's name."""
LONGEST = 2_000
"""Characters of a value that are shown."""
MOST_LINES = 20
"""Of an error's stack."""
MOST_ATTRIBUTES = 100

_COLOURS = {"FAILED": 31, "SUCCESS": 32, "UNKNOWN": 33, "id": 36}


class TextEncoder:
    """With `colours`, those of a terminal (ANSI): red for what failed, green for what went well,
    cyan for ids. `generated` is the time to tell in the head, ms since the epoch; None is now."""

    def __init__(self, *, colours: bool = False, generated: float | None = None) -> None:
        self._has_colours = colours
        self._generated = time.time() * 1000 if generated is None else generated
        self._tally = Tally()

    def begin(self) -> str:
        return _text([_between("TRACES", iso_time(self._generated)), "=" * COLUMNS])

    def add(self, trace: Trace) -> str:
        self._tally.add(trace)
        return _text(["", *self._lines(trace)])

    def end(self) -> str:
        tally = self._tally
        counts = [f"{tally.by_priority[label]} {label}" for label in reversed(LABELS)]
        lines = ["", "SUMMARY", "=" * COLUMNS, *_field("traces", f"{tally.count:,}")]
        lines += _field("failed", f"{tally.failed:,}")
        lines += _field("priority", ", ".join(counts))
        if tally.slowest is not None:
            duration, name = tally.slowest
            lines += _field("time", f"{iso_time(tally.since)} to {iso_time(tally.until)}")
            average = duration_text(tally.average_duration)
            lines += _field("duration", f"{duration_text(tally.total_duration)}, {average} average")
            lines += _field("slowest", f"{duration_text(duration)} {name}")
        return _text(lines)

    def _lines(self, trace: Trace) -> Iterator[str]:
        result = outcome(trace)
        right = f"{result:<8}{duration_text(trace['duration']):>9}"
        head = f"{self._tally.count}. {visible(shortened(trace['name'], LONGEST))}"
        first, *others = wrapped(head, COLUMNS - len(right) - 2)
        yield _between(first, right).replace(result, self._coloured(result, result))
        yield from others
        yield f"  {iso_time(trace['timestamp'])}  {trace['priority']}"
        for label, key in (("id", "id"), ("trace", "traceId"), ("span", "spanId")):
            if value := trace.get(key):
                yield from self._id(label, value)
        if parent := trace.get("parentId"):
            yield from self._id("parent", parent)
        if (status := trace.get("status")) not in (None, "ok", "error"):
            yield from _field("status", status)
        yield from self._error(trace)
        yield from _attributes(trace["attributes"])

    def _id(self, label: str, value: str) -> list[str]:
        first, *others = _field(label, value)
        at = 2 + LABEL
        return [first[:at] + self._coloured("id", first[at:]), *others]

    def _error(self, trace: Trace) -> Iterator[str]:
        if not (parts := error_parts(trace)):
            return
        text = ": ".join(parts[key] for key in ("type", "message") if parts.get(key))
        first, *others = _field("error", text)
        yield from [self._coloured("FAILED", first), *others]
        stack = parts.get("stack", "").splitlines()
        if stack and stack[0] == text:  # where engines put the message first
            del stack[0]
        for line in stack[:MOST_LINES]:
            yield from _indented(visible(shortened(line.strip(), LONGEST)), 2 + LABEL + 2)
        if len(stack) > MOST_LINES:
            yield " " * (2 + LABEL + 2) + f"… {len(stack) - MOST_LINES:,} more lines"

    def _coloured(self, kind: str, text: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self._has_colours else text


def _attributes(attributes: Mapping[str, Any]) -> Iterator[str]:
    if not attributes:
        return
    yield "  attributes"
    shown = list(attributes.items())[:MOST_ATTRIBUTES]
    names = [visible(shortened(str(key), 60)) for key, _ in shown]
    room = min(28, max(map(width, names)))
    for name, (_, value) in zip(names, shown, strict=True):
        text = value if isinstance(value, str) else to_json(value)
        label = name + " " * (room - width(name))
        first, *others = wrapped(visible(shortened(text, LONGEST)), COLUMNS - room - 6)
        if width(name) > room:  # it takes a line of its own
            yield from _indented(name, 4)
            label = " " * room
        yield f"    {label}  {first}".rstrip()
        yield from (" " * (room + 6) + line for line in others)
    if len(attributes) > MOST_ATTRIBUTES:
        yield f"    … {len(attributes) - MOST_ATTRIBUTES:,} more"


def _field(label: str, value: str) -> list[str]:
    first, *others = _indented(visible(shortened(value, LONGEST)), 2 + LABEL)
    return [f"  {label:<{LABEL}}{first.lstrip()}".rstrip(), *others]


def _indented(text: str, by: int) -> list[str]:
    return [" " * by + line for line in wrapped(text, COLUMNS - by)]


def _between(left: str, right: str) -> str:
    return left + " " * max(2, COLUMNS - width(left) - width(right)) + right


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
