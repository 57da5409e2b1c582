"""A copy of anything a caller may hand over, as JSON can carry it.

What JSON can't carry is replaced by a mark in brackets ("[NaN]", "[circular]", "[bytes 12]"), so
that a reader sees that something was there. The page uses the same marks (web/encode.js). What must
not be stored becomes "[redacted]".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

from .redaction import REDACTED, Rules

MAX_DEPTH = 32
"""Levels of nesting that are kept, the trace itself being the first; deeper is "[too deep]"."""

MAX_VALUES = 50_000
"""In each part of a trace. Containers that come after are "[too large]": where all objects know
each other, there is no end of paths. A text counts as one more for each 128 characters."""

MAX_BITS = 14_000
"""Larger integers are marked: Python refuses to print those of more than 4,300 digits."""


def storable(
    value: Any,
    path: list[int],
    rules: Rules | None = None,
    room: list[float] = [math.inf],  # noqa: B006  (it stays infinite)
) -> Any:
    """A copy of `value` that JSON can carry. `path` holds the ids of the containers around it;
    `room`, for how many more values there is room."""
    try:
        if isinstance(value, BaseException):
            value = {"type": type(value).__name__, "message": str(value)}
        if isinstance(value, (Mapping, list, tuple, set, frozenset)):
            return _container(value, path, rules, room)
        stored = _scalar(value)
    except Exception as error:  # a caller's own type may raise while it is read
        return f"[unreadable: {type(error).__name__}]"
    if rules is None or stored is None or isinstance(stored, bool):
        return stored
    room[0] -= 1
    if isinstance(stored, str):
        room[0] -= len(stored) >> 7
        return rules.text(stored)
    return rules.number(stored)


def _container(value: Any, path: list[int], rules: Rules | None, room: list[float]) -> Any:
    room[0] -= 1
    if room[0] < 0:
        return "[too large]"
    if id(value) in path:
        return "[circular]"
    if len(path) >= MAX_DEPTH:
        return "[too deep]"
    inside = [*path, id(value)]
    if not isinstance(value, Mapping):
        return [storable(item, inside, rules, room) for item in value]
    if rules is None:
        return {_key(key): storable(item, inside) for key, item in value.items()}
    return {
        rules.text(name): REDACTED
        if item is not None and not isinstance(item, bool) and rules.hides(name)
        else storable(item, inside, rules, room)
        for name, item in ((_key(key), item) for key, item in value.items())
    }


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        bits = value.bit_length()
        return int(value) if bits < MAX_BITS else f"[int of {bits} bits]"
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else f"[{json.dumps(value)}]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[bytes {len(value)}]"
    return _mark(value)


def _key(key: object) -> str:
    """An object's key as `json` writes it, and anything else by its `str`."""
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(_scalar(key)).strip('"')
    return str.__str__(key) if isinstance(key, str) else str(key)


def _mark(value: object) -> str:
    if callable(value):
        return f"[function {getattr(value, '__name__', type(value).__name__)}]"
    return f"[{type(value).__name__}]"
