"""A trace as all formats rely on it: each field of its kind."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..errors import FormatError
from ..priority import LABELS, TracePriority, infer, is_error
from .safe import shortened, to_json

Trace = dict[str, Any]

LONGEST = 80
"""Characters of a value in a message."""

_OPTIONAL = ("traceId", "spanId", "parentId", "status")


def record(trace: Mapping[str, Any]) -> Trace:
    """The fields of a trace as it is stored. What is missing, or of another kind, is replaced by
    what comes nearest; other fields are left out. Never raises."""
    get = trace.get
    attributes = get("attributes")
    if not isinstance(attributes, Mapping):
        attributes = {} if attributes is None else {"value": attributes}
    found = {
        "id": _text(get("id")),
        "name": _text(get("name")),
        "priority": _label(trace),
        "timestamp": _number(get("timestamp")),
        "duration": _number(get("duration")),
        "attributes": attributes,
    }
    found |= {key: _text(value) for key in _OPTIONAL if (value := get(key))}
    if is_error(error := get("error")):
        found["error"] = error
    return found


def from_outside(value: object, line: int) -> Trace:
    """The trace that a file holds at this line. Raises `FormatError` for what is none."""
    if not isinstance(value, Mapping):
        raise FormatError(f"line {line}: a trace is a JSON object, not {_kind(value)}")
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise FormatError(f"line {line}: trace field 'name' must be a non-empty string")
    for field in ("timestamp", "duration"):
        if (number := value.get(field)) is not None and not _is_number(number):
            shown = shortened(to_json(number), LONGEST)
            raise FormatError(f"line {line}: trace field {field!r} must be a number, not {shown}")
    if value.get("priority") is None:
        return record(value)
    try:
        return record({**value, "priority": TracePriority.of(value["priority"]).label})
    except (TypeError, ValueError) as error:
        raise FormatError(f"line {line}: {shortened(str(error), LONGEST)}") from None


def failed(trace: Trace) -> bool:
    """Whether it tells of an error."""
    return is_error(trace.get("error")) or trace.get("status") == "error"


def error_parts(trace: Trace) -> dict[str, str]:
    """What a trace's error says, as far as it does: type, message and stack."""
    error = trace.get("error")
    if isinstance(error, Mapping):
        texts = {
            key: _text(value) for key in ("type", "message", "stack") if (value := error.get(key))
        }
        return texts or {"message": _text(error)}
    return {"message": _text(error)} if is_error(error) else {}


def session_of(trace: Trace) -> str:
    """The run that made the trace, where its id is of pyqueue's making; "" where it is not."""
    session, dash, number = str(trace["id"]).partition("-")
    return session if dash and number and len(session) == 17 and session.isalnum() else ""


def _label(trace: Mapping[str, Any]) -> str:
    label = trace.get("priority")
    return label if isinstance(label, str) and label in LABELS else infer(trace).label


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else to_json(value)


def _number(value: Any) -> float:
    return value if _is_number(value) else 0


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) <= sys.float_info.max


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
