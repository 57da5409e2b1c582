"""Stored rows, rewritten: trimmed to some of their traces, or merged into a compressed one."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from math import ceil
from typing import Any

from ..batch import Row
from ..encoding import byte_size, encode
from ..priority import LABELS
from ..query import traces_of

LEVEL = 6
"""Of compression; higher ones cost more time than they save room."""

CODECS = ("json", "json+gzip")

Trace = Mapping[str, Any]

Keeps = Callable[[Trace], bool] | None
"""Whether a decoded trace is kept; None keeps none."""


def decoded(row: Row) -> list[dict[str, Any]] | None:
    """The row's traces; None where it is corrupt."""
    try:
        traces = traces_of(row)
        times = [trace.get("timestamp", 0) for trace in traces]
        return traces if all(isinstance(time, (int, float)) for time in times) else None
    except Exception:  # anything at all may have been done to it
        return None


def trimmed(row: Row, keeps: Keeps, most: int | None = None) -> Row | None:
    """The row with only the traces that `keeps` keeps, where at `most` so many may go: the least
    important and oldest. Itself where that is all, None where it is none. It stays in its places in
    the session, so that its batch is still known if it comes again.
    """
    traces = decoded(row)
    if traces is None:
        return None
    goes = [trace for trace in traces if not (keeps and keeps(trace))]
    goes.sort(key=lambda trace: priority_of(trace, row.priority))  # stable: the oldest first
    gone = set(map(id, goes[:most]))
    kept = [trace for trace in traces if id(trace) not in gone]
    if not gone:
        return row
    return _resealed(row, kept) if kept else None


def cut(row: Row, keeps: Keeps, count: float, size: float) -> Row | None:
    """The row without so many of its traces and bytes, or all that may go where they are fewer."""
    most = ceil(max(1, count, size * row.count / (row.bytes or 1)))
    left = trimmed(row, keeps, most)
    if left and row.bytes - left.bytes < size and most < row.count:  # their sizes differ
        return cut(row, keeps, most * 1.1, size)
    return left


def is_mergeable(row: Row) -> bool:
    """Whether it is uncompressed, intact, and as the queue writes rows."""
    if row.codec != "json" or not isinstance(row.data, str):
        return False
    traces = decoded(row)
    return traces is not None and len(traces) == row.count and row.data[:1] + row.data[-1:] == "[]"


def merged(rows: Sequence[Row]) -> Row:
    """One compressed row with all that these intact rows hold, in their order."""
    texts = [row.data[1:-1] for row in rows if isinstance(row.data, str)]
    data = pack("[" + ",".join(texts) + "]")
    return replace(
        rows[0],
        seq_last=rows[-1].seq_last,
        count=sum(row.count for row in rows),
        bytes=len(data),
        t_min=min(row.t_min for row in rows),
        t_max=max(row.t_max for row in rows),
        trace_ids=tuple(dict.fromkeys(chain.from_iterable(row.trace_ids for row in rows))),
        codec="json+gzip",
        data=data,
    )


def pack(text: str) -> bytes:
    """Compressed, the same for the same text."""
    return gzip.compress(text.encode(), LEVEL, mtime=0)


def priority_of(trace: Trace, default: int) -> int:
    """The trace's own priority, which in a mixed row need not be the row's."""
    label = trace.get("priority")
    return LABELS.index(label) if label in LABELS else default


def _resealed(row: Row, traces: list[dict[str, Any]]) -> Row:
    text = "[" + ",".join(map(encode, traces)) + "]"
    data = text if row.codec == "json" else pack(text)
    times = [trace.get("timestamp", row.t_max) for trace in traces]
    priorities = {priority_of(trace, row.priority) for trace in traces}
    trace_ids = dict.fromkeys(str(trace["traceId"]) for trace in traces if trace.get("traceId"))
    return replace(
        row,
        priority=max(priorities),
        mixed=len(priorities) > 1,
        count=len(traces),
        bytes=byte_size(data) if isinstance(data, str) else len(data),
        t_min=min(times),
        t_max=max(times),
        trace_ids=tuple(trace_ids),
        data=data,
    )
