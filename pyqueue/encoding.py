"""JSON text for anything a caller may put into a trace.

What JSON can carry passes through unchanged. What it can't carry is replaced by a mark in brackets
("[NaN]", "[circular]", "[bytes 12]"), so that a reader sees that something was there. The page uses
the same marks (web/encode.js). What must not be stored becomes "[redacted]".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any

from .redaction import REDACTED, Redaction

MAX_DEPTH = 32
"""Levels of nesting that are kept, the trace itself being the first; deeper is "[too deep]"."""

MAX_BITS = 14_000
"""Larger integers are marked: Python refuses to print those of more than 4,300 digits."""

_CONTAINERS = (dict, list, tuple)

_OUTSIDE = ("name", "status", "attributes", "error")
"""The fields of a trace that rules of redaction are for; its ids and times are not."""

_LEAST_CARD = 2e12
"""Smaller numbers can't be a card's. Times in ms are smaller until 2033."""

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: object) -> str:
    """Compact JSON of `value`; never raises for its content."""
    try:
        # Asked first: the encoder recurses in C, and overflows a browser's stack for good.
        text = _encoder.encode(value if _is_shallow(value, MAX_DEPTH) else _storable(value, 0, []))
    except Exception:  # whatever a caller's own types raise
        text = _encoder.encode(_storable(value, 0, []))
    return _in_utf8(text)


def encode_trace(record: dict[str, Any], rules: Redaction) -> str:
    """The same for a trace, without what the rules hide."""
    outside = [record.get(name) for name in _OUTSIDE]
    texts: list[str] = []
    # Most traces are fit to be stored: they are looked at, and copied only where they are not.
    if not (_is_fit(outside, MAX_DEPTH, texts, rules) and rules.pass_texts(texts)):
        stored = [_storable(value, 1, [], rules) for value in outside]
        record = record | {
            name: value for name, value in zip(_OUTSIDE, stored, strict=True) if name in record
        }
    return _in_utf8(_encoder.encode(record))


def _is_fit(value: Any, levels: int, texts: list[str], rules: Redaction) -> bool:
    """Whether JSON shows a dict, list or tuple as it is, and no key or number in it has to be
    hidden. Adds the texts in it to `texts`. This is the hot path."""
    if levels == 0:
        return False
    if type(value) is dict:
        for key in value:
            if type(key) is not str or not rules.passes(key):
                return False
        value = value.values()
    for item in value:
        kind = type(item)
        if kind is str:
            texts.append(item)
        elif kind is int or kind is float:
            if not -_LEAST_CARD < item < _LEAST_CARD:  # NaN fails too
                return False
        elif kind is dict or kind is list or kind is tuple:
            if not _is_fit(item, levels - 1, texts, rules):
                return False
        elif item is not None and kind is not bool:
            return False
    return True


def _is_shallow(value: object, levels: int) -> bool:
    """Whether containers that the encoder enters lie at most so many levels deep."""
    if isinstance(value, dict):
        children: Iterable[object] = value.values()
    elif isinstance(value, (list, tuple)):
        children = value
    else:
        return True
    if levels == 0:
        return False
    return all(
        _is_shallow(child, levels - 1) for child in children if isinstance(child, _CONTAINERS)
    )


def byte_size(text: str) -> int:
    """Length of `text` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def _in_utf8(text: str) -> str:
    """A lone surrogate can't be stored as UTF-8; its escape can, and means the same."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def _storable(value: Any, depth: int, path: list[int], rules: Redaction | None = None) -> Any:
    """A copy of `value` that JSON can carry. `path` holds the ids of the containers around it."""
    try:
        if isinstance(value, BaseException):
            value = {"type": type(value).__name__, "message": str(value)}
        if isinstance(value, (Mapping, list, tuple, set, frozenset)):
            return _storable_container(value, depth, path, rules)
        stored = _storable_scalar(value)
    except Exception as error:  # a caller's own type may raise while it is read
        return f"[unreadable: {type(error).__name__}]"
    if rules is None or stored is None or isinstance(stored, bool):
        return stored
    return rules.text(stored) if isinstance(stored, str) else rules.number(stored)


def _storable_container(value: Any, depth: int, path: list[int], rules: Redaction | None) -> Any:
    if id(value) in path:
        return "[circular]"
    if depth >= MAX_DEPTH:
        return "[too deep]"
    inside = [*path, id(value)]
    if not isinstance(value, Mapping):
        return [_storable(item, depth + 1, inside, rules) for item in value]
    if rules is None:
        return {_key(key): _storable(item, depth + 1, inside) for key, item in value.items()}
    return {
        rules.text(name): REDACTED
        if item is not None and not isinstance(item, bool) and rules.hides(name)
        else _storable(item, depth + 1, inside, rules)
        for name, item in ((_key(key), item) for key, item in value.items())
    }


def _storable_scalar(value: Any) -> Any:
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
        return float(value) if math.isfinite(value) else _non_finite(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[bytes {len(value)}]"
    return _mark(value)


def _key(key: object) -> str:
    """An object's key as `json` writes it, and anything else by its `str`."""
    if key is None or isinstance(key, (bool, int, float)):
        return str(_encoder.encode(_storable_scalar(key))).strip('"')
    return str.__str__(key) if isinstance(key, str) else str(key)


def _non_finite(value: float) -> str:
    if math.isnan(value):
        return "[NaN]"
    return "[Infinity]" if value > 0 else "[-Infinity]"


def _mark(value: object) -> str:
    if callable(value):
        return f"[function {getattr(value, '__name__', type(value).__name__)}]"
    return f"[{type(value).__name__}]"
