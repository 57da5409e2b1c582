"""Attributes as OTLP has them, as `AnyValue` in its JSON form, and back.

What some receivers refuse with the whole request (NaN, an empty value) is left out or marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .safe import to_json, utf8

MAX_DEPTH = 16
"""Of values in values; what lies deeper is kept as JSON text. Each takes three messages, of which
many readers of protobuf allow a hundred one in the other."""

_LARGEST_INT = 2**63


def key_values(attributes: Mapping[Any, Any], depth: int = 0) -> list[dict[str, Any]]:
    """As `KeyValue`s; None is left out, which OpenTelemetry says that it may be."""
    return [
        {"key": utf8(str(key)) or "[empty]", "value": any_value(value, depth + 1)}
        for key, value in attributes.items()
        if value is not None
    ]


def any_value(value: Any, depth: int = 0) -> dict[str, Any]:
    """As `AnyValue`: 64-bit integers as text, larger ones too, as what they look like."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": utf8(value)}
    if isinstance(value, int) and -_LARGEST_INT <= value < _LARGEST_INT:
        return {"intValue": str(value)}
    if isinstance(value, float) and value - value == 0:  # neither NaN nor infinite
        return {"doubleValue": value}
    if depth < MAX_DEPTH and isinstance(value, Mapping):
        return {"kvlistValue": {"values": key_values(value, depth)}}
    if depth < MAX_DEPTH and isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [_item(item, depth + 1) for item in value]}}
    text = to_json(value)
    return {"stringValue": text[1:-1] if text.startswith('"') else text}


def _item(value: Any, depth: int) -> dict[str, Any]:
    return {"stringValue": "[null]"} if value is None else any_value(value, depth)


def attributes_in(values: Any) -> dict[str, Any]:
    """`KeyValue`s as a dict; what is none is passed over."""
    found: dict[str, Any] = {}
    for pair in values if isinstance(values, Iterable) else ():
        if isinstance(pair, Mapping) and isinstance(key := pair.get("key"), str):
            found[key] = value_in(pair.get("value"))
    return found


def value_in(value: Any) -> Any:
    """An `AnyValue` as JSON has it; None where it holds nothing."""
    if not isinstance(value, Mapping):
        return None
    kind: str | None
    content: Any
    kind, content = next(iter(value.items()), (None, None))
    if kind == "intValue":
        return int(content)
    if kind == "doubleValue":
        return float(content) if content not in _MARKED else f"[{content}]"
    if kind == "kvlistValue":
        return attributes_in(_values(content))
    if kind == "arrayValue":
        return [value_in(item) for item in _values(content)]
    return content


_MARKED = ("NaN", "Infinity", "-Infinity")


def _values(content: Any) -> Any:
    return content.get("values") or [] if isinstance(content, Mapping) else []
