"""One JSON document, as verbose as is asked for; and its reader, a trace at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args

from .json_source import JsonSource
from .record import Trace, error_parts, from_outside
from .safe import plain, shortened, to_json, utf8
from .tally import Tally
from .wording import iso_time

Verbosity = Literal["minimal", "standard", "detailed", "verbose"]

VERSION = "1.0.0"

ESSENTIAL = ("id", "name", "priority", "timestamp", "duration", "status")
LONGEST = {"standard": 1_000, "detailed": 10_000}
"""Characters of a text in attributes or error that are kept."""


class JsonEncoder:
    """`{version, type, generated, generator, verbosity, traces: […], summary}`.

    - "minimal": what happened and when, and an error's message;
    - "standard": all fields, but no stack of an error, and the first 1,000 characters of a text;
    - "detailed": indented, with times that people read, stacks, and 10,000 characters of a text;
    - "verbose": everything.

    `generated` is the time to tell in the head, ms since the epoch; None is now.
    """

    def __init__(self, *, verbosity: Verbosity = "verbose", generated: float | None = None) -> None:
        if verbosity not in get_args(Verbosity):
            known = ", ".join(get_args(Verbosity))
            raise ValueError(f"json verbosity must be one of {known}, not {verbosity!r}")
        self._verbosity = verbosity
        self._indent = 2 if verbosity in ("detailed", "verbose") else None
        self._generated = time.time() * 1000 if generated is None else generated
        self._tally = Tally()

    def begin(self) -> str:
        head = {
            "version": VERSION,
            "type": "traces",
            "generated": iso_time(self._generated),
            "generator": "pyqueue",
            "verbosity": self._verbosity,
        }
        return f'{to_json(head)[:-1]},"traces":[\n'

    def add(self, trace: Trace) -> str:
        separator = ",\n" if self._tally.count else ""
        self._tally.add(trace)
        shown = self._shown(trace)
        if self._indent is None:
            return separator + to_json(shown)
        return separator + utf8(json.dumps(plain(shown), ensure_ascii=False, indent=self._indent))

    def end(self) -> str:
        return f'\n],"summary":{to_json(self._tally.as_dict())}}}\n'

    def _shown(self, trace: Trace) -> Trace:
        if self._verbosity == "minimal":
            shown: Trace = {key: trace[key] for key in ESSENTIAL if key in trace}
            parts = error_parts(trace)
            return shown | ({"error": parts.get("message", "")} if parts else {})
        if self._verbosity == "verbose":
            return {**trace, "time": iso_time(trace["timestamp"])}
        shown = _trimmed(plain(trace), LONGEST[self._verbosity])
        if self._verbosity == "detailed":
            shown["time"] = iso_time(trace["timestamp"])
        elif isinstance(shown.get("error"), dict):
            shown["error"].pop("stack", None)
        return shown


def _trimmed(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return shortened(value, longest)
    if isinstance(value, list):
        return [_trimmed(item, longest) for item in value]
    if isinstance(value, dict):
        return {key: _trimmed(item, longest) for key, item in value.items()}
    return value


def read_json(chunks: Iterable[str]) -> Iterator[Trace]:
    """The traces in a document of ours, or in a plain array, one at a time. Raises `FormatError`,
    naming the line, for what is neither, and where the text ends too early."""
    source = JsonSource(chunks)
    if source.peek() == "{":
        source.enter("traces")
    for line, value in source.items():
        yield from_outside(value, line)
