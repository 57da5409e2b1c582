"""NDJSON: a trace a line, as it is stored. The format to keep traces in, and to read them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .lines import numbered_values
from .record import Trace, from_outside
from .safe import to_json


class NdjsonEncoder:
    """Everything in a trace, and nothing else."""

    def begin(self) -> str:
        return ""

    def add(self, trace: Trace) -> str:
        return to_json(trace) + "\n"

    def end(self) -> str:
        return ""


def read_ndjson(chunks: Iterable[str]) -> Iterator[Trace]:
    """The traces, line by line. Raises `FormatError`, naming the line, for one that is none."""
    for line, value in numbered_values(chunks):
        yield from_outside(value, line)
