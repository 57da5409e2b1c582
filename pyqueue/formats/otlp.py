"""OTLP/JSON lines: each a request with spans, as the Collector's file exporter writes and reads.

https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/. A trace becomes a span of the same
time and name. What a span has no place for stands in attributes named `pyqueue.…`; so
`otlp_reading` gives the same traces back, but for times finer than a ns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from itertools import groupby
from typing import Any

from .otlp_values import any_value, key_values
from .record import Trace, error_parts, failed, session_of
from .safe import utf8

SPANS = 100
"""In a line."""

INTERNAL = 1  # SpanKind
UNSET, OK, ERROR = 0, 1, 2  # StatusCode
STATUSES = {"ok": OK, "error": ERROR}

EXCEPTION = {
    "type": "exception.type",
    "message": "exception.message",
    "stack": "exception.stacktrace",
}
"""What an error says, as the semantic conventions name it."""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # of plain values

OURS = "pyqueue."
THEIRS = "pyqueue.attributes."
"""Before the name of an attribute that begins like ours."""
NONE = "[none]"
"""The status of a trace that has none, where a span has to have one."""

NS = 10**6
"""In a ms."""
LATEST = 2**64 - 1


class OtlpEncoder:
    """`service` is the resource's `service.name`; `spans` are in a line, at most."""

    def __init__(self, *, service: str = "pyqueue", spans: int = SPANS) -> None:
        if isinstance(spans, bool) or not isinstance(spans, int) or spans < 1:
            raise ValueError(f"otlp spans must be a whole number of at least 1, not {spans!r}")
        self._service = service
        self._spans = spans
        self._held: list[tuple[str, dict[str, Any]]] = []

    def begin(self) -> str:
        return ""

    def add(self, trace: Trace) -> str:
        self._held.append((session_of(trace), span_of(trace)))
        return self.end() if len(self._held) >= self._spans else ""

    def end(self) -> str:
        held, self._held = self._held, []
        runs = groupby(held, key=lambda entry: entry[0])
        resources = [self._resource(run, [span for _, span in spans]) for run, spans in runs]
        return _dump({"resourceSpans": resources}) + "\n" if resources else ""

    def _resource(self, session: str, spans: list[dict[str, Any]]) -> dict[str, Any]:
        about = {"service.name": self._service}
        about |= {"service.instance.id": session} if session else {}
        scope = {"scope": {"name": "pyqueue"}, "spans": spans}
        return {"resource": {"attributes": key_values(about)}, "scopeSpans": [scope]}


def span_of(trace: Trace) -> dict[str, Any]:
    """The trace as a span of OTLP/JSON."""
    context = trace.get("traceId", "")
    start = _ns(trace["timestamp"])
    end = min(start + max(0, _ns(trace["duration"])), LATEST)
    own = trace.get("spanId")
    span: dict[str, Any] = {
        "traceId": trace_id(context) if context else made_id("trace", trace["id"], 32),
        "spanId": span_id(context, own) if own else made_id("span", trace["id"], 16),
    }
    if parent := trace.get("parentId"):
        span["parentSpanId"] = span_id(context, parent)
    span |= {
        "name": utf8(trace["name"]) or "(no name)",
        "kind": INTERNAL,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(end),
        "attributes": _theirs(trace["attributes"]) + key_values(_ours(trace, span, start, end)),
    }
    if parts := error_parts(trace):
        span["events"] = [_exception(trace["error"], parts, end)]
    span["status"] = _status(trace, parts)
    return span


def trace_id(text: str) -> str:
    """A trace's id as 32 hexadecimal digits: itself, or made of it."""
    return text.lower() if _is_hex(text, 32) else made_id("trace id", text, 32)


def span_id(context: str, text: str) -> str:
    """A span's id as 16 of them; one that has to be made is another in each trace."""
    return text.lower() if _is_hex(text, 16) else made_id(f"span id {context}", text, 16)


def made_id(what: str, text: str, digits: int) -> str:
    """Always the same for the same text."""
    return sha256(f"{what}/{utf8(text)}".encode()).hexdigest()[:digits]


def _is_hex(text: str, digits: int) -> bool:
    return re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", text) is not None and set(text) != {"0"}


def _ns(ms: float) -> int:
    """Exact for whole ms, which a product of floats is not."""
    whole = int(ms)
    return max(0, min(whole * NS + round((ms - whole) * NS), LATEST))


def _theirs(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = {f"{THEIRS}{k}" if str(k).startswith(OURS) else k: v for k, v in attributes.items()}
    return key_values(named)


def _ours(trace: Trace, span: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    """What the span's own fields don't tell."""
    found: dict[str, Any] = {"id": trace["id"], "priority": trace["priority"]}
    if start != trace["timestamp"] * NS and start in (0, LATEST):
        found["timestamp"] = float(trace["timestamp"])
    if trace["duration"] < 0 or end == LATEST:
        found["duration"] = float(trace["duration"])
    places = (("traceId", "trace_id"), ("spanId", "span_id"), ("parentId", "parent_id"))
    for (key, name), place in zip(places, ("traceId", "spanId", "parentSpanId"), strict=True):
        if (given := trace.get(key, "")) != span.get(place, ""):
            found[name] = given or NONE
    status = trace.get("status")
    if failed(trace) and status != "error":
        found["status"] = status or NONE
    elif status and status not in STATUSES:
        found["status"] = status
    return {f"{OURS}{name}": value for name, value in found.items()}


def _status(trace: Trace, parts: dict[str, str]) -> dict[str, Any]:
    if failed(trace):
        message = utf8(parts.get("message", ""))
        return {"code": ERROR, "message": message} if message else {"code": ERROR}
    code = STATUSES.get(trace.get("status", ""), UNSET)
    return {"code": code} if code else {}


def _exception(error: Any, parts: dict[str, str], at: int) -> dict[str, Any]:
    attributes = key_values({EXCEPTION[key]: text for key, text in parts.items()})
    if error != parts:  # it says more, or is a text
        attributes.append({"key": f"{OURS}error", "value": any_value(error)})
    return {"timeUnixNano": str(at), "name": "exception", "attributes": attributes}
