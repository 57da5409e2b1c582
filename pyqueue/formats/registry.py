"""The formats by the names under which Python, JavaScript (web/formats.js) and the inspector know
them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from ..errors import FormatError
from ..query import Order
from .chrome_trace import ChromeTraceEncoder
from .csv_table import CsvEncoder
from .json_document import JsonEncoder, read_json
from .ndjson import NdjsonEncoder, read_ndjson
from .otlp import OtlpEncoder
from .otlp_reading import read_otlp
from .record import Trace, record
from .report import TextEncoder
from .safe import utf8

Reader = Callable[[Iterable[str]], Iterator[Trace]]


class Encoder(Protocol):
    """Makes text of traces, each as it comes; for one file. Its pieces together are the file, and
    no more is held than the next piece takes."""

    def begin(self) -> str: ...

    def add(self, trace: Trace) -> str:
        """`trace` as `record` makes it. Never raises for its content."""

    def end(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Format:
    """What there is to know of a format before a file is written or read."""

    name: str
    media_type: str
    extension: str
    encoder: Callable[..., Encoder]
    read: Reader | None = None
    order: Order = "stored"
    """In which traces are best asked for."""


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("json", "application/json", "json", JsonEncoder, read_json),
        Format("text", "text/plain", "txt", TextEncoder),
        Format("ndjson", "application/x-ndjson", "ndjson", NdjsonEncoder, read_ndjson),
        Format("csv", "text/csv", "csv", CsvEncoder),
        Format("chrome", "application/json", "trace.json", ChromeTraceEncoder, order="asc"),
        Format("otlp", "application/jsonl", "jsonl", OtlpEncoder, read_otlp),
    )
}

_FIELD = re.compile(r'"(traces|traceEvents|resource(?:Spans|Logs|Metrics))"\s*:')

SNIFFED = 65_536
"""Characters by which a format is told, at most."""


def format_named(name: str) -> Format:
    """Raises ValueError where there is none of this name."""
    if name not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {name!r}")
    return FORMATS[name]


def written(traces: Iterable[Mapping[str, Any]], format: str, **options: Any) -> Iterator[str]:
    """The pieces of a file that holds the traces, to be encoded as UTF-8. `options` are the
    encoder's. Raises ValueError for an unknown format, TypeError or ValueError for an option."""
    encoder = format_named(format).encoder(**options)
    texts = chain([encoder.begin()], (encode(encoder, trace) for trace in traces))
    return filter(None, chain(texts, (encoder.end() for _ in range(1))))


def encode(encoder: Encoder, trace: Mapping[str, Any]) -> str:
    """A trace's piece of the file; as UTF-8 can carry it."""
    return utf8(encoder.add(record(trace)))


def read_traces(chunks: Iterable[str], format: str | None = None) -> Iterator[Trace]:
    """The traces in a text that comes in pieces, one at a time. None tells the format by how the
    text begins. Raises `FormatError`, naming the line, for what can't be read, and ValueError for
    a format that is not read."""
    pieces = iter(chunks)
    if format is None:
        head = _head(pieces)
        format, pieces = told_by("".join(head)), chain(head, pieces)
    read = format_named(format).read
    if read is None:
        known = ", ".join(name for name, one in FORMATS.items() if one.read)
        raise ValueError(f"format {format!r} can't be read back; use one of {known}")
    return read(pieces)


def told_by(head: str) -> str:
    """The name of the format of a text that begins like this. Raises `FormatError` where it is
    none that can be read."""
    text = head.lstrip(" \t\r\n\ufeff")
    first = text[:SNIFFED].partition("\n")[0]
    if not text:
        return "ndjson"
    if text.startswith("["):
        return "json"
    if not text.startswith("{"):
        raise FormatError("line 1: neither JSON nor lines of it; export ndjson, json or otlp")
    if found := _FIELD.search(first.split('"attributes"')[0]):
        if found[1] == "traceEvents":
            raise FormatError(
                "line 1: a Chrome trace can't be read back; export ndjson, json or otlp"
            )
        return "json" if found[1] == "traces" else "otlp"
    return "ndjson" if first.rstrip().endswith("}") or '"name"' in first else "json"


def _head(pieces: Iterator[str]) -> list[str]:
    head: list[str] = []
    for piece in pieces:
        head.append(piece)
        text = "".join(head).lstrip(" \t\r\n\ufeff")
        if "\n" in text or len(text) > SNIFFED:
            break
    return head
