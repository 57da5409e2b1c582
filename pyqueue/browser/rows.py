"""Rows as IndexedDB has them, and back; what it holds may be anything."""

from __future__ import annotations

import json
from typing import Any

from ..batch import Row
from .interop import set_text, to_buffer, to_record

Traces = list[dict[str, Any]]


def row_object(row: Row) -> Any:
    """The row as a JS object, compressed data as a Uint8Array, data that is the browser's as it
    is."""
    record = to_record({
        "session": row.session,
        "seqFirst": row.seq_first,
        "seqLast": row.seq_last,
        "priority": row.priority,
        "mixed": row.mixed,
        "count": row.count,
        "bytes": row.bytes,
        "tMin": row.t_min,
        "tMax": row.t_max,
        "traceIds": list(row.trace_ids),
        "codec": row.codec,
    })  # fmt: skip
    data: Any = row.data
    if isinstance(data, str):
        set_text(record, "data", data)
    elif isinstance(data, bytes):
        record.data = to_buffer(data)
    else:
        data.into(record)
    return record


def read_row(record: Any) -> Row:
    """The row in a JS object. Raises whatever comes of one that is no row."""
    data = record.data
    if isinstance(data, str) != (record.codec == "json"):
        raise TypeError(f"codec {record.codec!r} does not fit the data")
    return Row(
        session=record.session,
        seq_first=record.seqFirst,
        seq_last=record.seqLast,
        priority=record.priority,
        mixed=bool(record.mixed),
        count=record.count,
        bytes=record.bytes,
        t_min=record.tMin,
        t_max=record.tMax,
        trace_ids=tuple(record.traceIds),
        codec=record.codec,
        data=data if isinstance(data, str) else data.to_bytes(),
    )


def decoded(text: str) -> Traces:
    """The traces in a row's text. Raises where it holds anything else."""
    traces = json.loads(text)
    if not isinstance(traces, list):
        raise TypeError("a row holds a list")
    for trace in traces:
        if not isinstance(trace["id"], str) or not isinstance(trace["timestamp"], (int, float)):
            raise TypeError("a trace needs an id and a time")
        trace["name"], trace["priority"]  # a query asks for them
    return traces
