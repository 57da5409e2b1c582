"""OTLP/JSON lines back to traces: those that we wrote, and spans that others did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..errors import FormatError
from .lines import numbered_values
from .otlp import ERROR, EXCEPTION, NONE, NS, OK, OURS, THEIRS
from .otlp_values import attributes_in
from .record import Trace, from_outside

_CODES = {OK: "ok", ERROR: "error", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}


def read_otlp(chunks: Iterable[str]) -> Iterator[Trace]:
    """A trace for each span in the lines' requests; logs and metrics are passed over. Raises
    `FormatError`, naming the line, for what is no request."""
    for line, request in numbered_values(chunks):
        if not isinstance(request, Mapping):
            raise FormatError(f"line {line}: an OTLP request is a JSON object")
        try:
            for span in _spans(request):
                yield from_outside(trace_of(span), line)
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            if isinstance(error, FormatError):
                raise
            raise FormatError(f"line {line}: no OTLP span: {error}") from None


def _spans(request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for resource in request.get("resourceSpans") or ():
        for scope in resource.get("scopeSpans") or ():
            yield from scope.get("spans") or ()


def trace_of(span: Mapping[str, Any]) -> Trace:
    """The span as a trace. Raises what comes of one that is none."""
    every = attributes_in(span.get("attributes"))
    ours = {
        key[len(OURS) :]: every.pop(key)
        for key in [*every]
        if key.startswith(OURS) and not key.startswith(THEIRS)
    }
    start, end = int(span.get("startTimeUnixNano") or 0), int(span.get("endTimeUnixNano") or 0)
    trace = {
        "id": ours.get("id") or f"{span.get('traceId')}-{span.get('spanId')}",
        "name": span.get("name") or "(no name)",
        "priority": ours.get("priority"),
        "timestamp": ours.get("timestamp", start / NS),
        "duration": ours.get("duration", max(0, end - start) / NS),
        "attributes": {key.removeprefix(THEIRS): value for key, value in every.items()},
        "error": _error(span),
    }
    status = _CODES.get((span.get("status") or {}).get("code"))
    texts = {
        "traceId": ours.get("trace_id", span.get("traceId")),
        "spanId": ours.get("span_id", span.get("spanId")),
        "parentId": ours.get("parent_id", span.get("parentSpanId")),
        "status": ours.get("status", status),
    }
    return trace | {key: text for key, text in texts.items() if text != NONE}


def _error(span: Mapping[str, Any]) -> Any:
    """Of the first exception among the span's events."""
    for event in span.get("events") or ():
        if event.get("name") == "exception":
            said = attributes_in(event.get("attributes"))
            parts = {key: said[name] for key, name in EXCEPTION.items() if name in said}
            return said.get(f"{OURS}error", parts)
    return None
