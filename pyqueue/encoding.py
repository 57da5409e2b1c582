"""JSON text for anything a caller may put into a trace.

Most values are as JSON shows them, and harmless: they are looked at by what runs in C, and encoded
as they are. Of the others a copy is encoded (pyqueue/storable.py).
"""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Iterable
from typing import Any

from .redaction import Rules, has_run
from .storable import MAX_DEPTH, MAX_VALUES, storable

_CONTAINERS = (dict, list, tuple)
_SCALARS = frozenset((str, int, float, bool, type(None)))
_PLAIN = _SCALARS.union(_CONTAINERS)

_LONG_NUMBER = 4_000
"""Digits of a number that may have to be marked for its length."""

_encoder = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)
quote: Callable[[str], str] = json.encoder.encode_basestring
"""JSON text of a str."""


def _make_write() -> Callable[[object], str]:
    """JSON text of anything that is not nested too deeply; raises where JSON can't carry it."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _encoder.encode
    # What `JSONEncoder` makes anew for each call, made once.
    marks, default, keys, items = None, _encoder.default, ":", ","
    chunks = make(marks, default, quote, None, keys, items, False, False, False)
    return lambda value: "".join(chunks(value, 0))


_write = _make_write()

plain = _write
"""Compact JSON of what we made ourselves, and know to be plain and flat."""


def encode(value: object) -> str:
    """Compact JSON of `value`; never raises for its content."""
    return in_utf8(as_json(value))


def as_json(value: object) -> str:
    """The same; a lone surrogate is left."""
    try:
        # Asked first: the encoder recurses in C, and overflows a browser's stack for good.
        if _is_shallow(value, MAX_DEPTH):
            return _write(value)
    except Exception:  # whatever a caller's own types raise
        pass
    return _write(storable(value, []))


def encode_part(part: object, rules: Rules) -> str:
    """The same for a part of a trace, without what the rules hide; a lone surrogate is left."""
    try:
        if _is_plain(part, MAX_DEPTH - 1, rules, [MAX_VALUES]):
            text = _write(part)
            if _is_harmless(text, part, rules):
                return text
    except ValueError:  # NaN, or an integer of too many digits
        pass
    return _write(storable(part, [0], rules, [MAX_VALUES]))


def _is_plain(value: Any, levels: int, rules: Rules, room: list[int]) -> bool:
    """Whether JSON shows it as it is, numbers apart, and no key in it has to be hidden. `room` is
    for so many values in containers that hold others."""
    kind = type(value)
    if kind is dict:
        if not rules.pass_keys(value):
            return False
        value = value.values()
    elif kind not in _CONTAINERS:
        return kind in _SCALARS
    if levels == 0:
        return False
    if _SCALARS.issuperset(map(type, value)):
        return True
    room[0] -= len(value)
    return (
        room[0] >= 0
        and _PLAIN.issuperset(map(type, value))
        and all(
            _is_plain(item, levels - 1, rules, room) for item in value if type(item) in _CONTAINERS
        )
    )


def _is_harmless(text: str, value: Any, rules: Rules) -> bool:
    """Whether a plain value, of which this is the text, holds nothing to be hidden or marked."""
    if len(text) > _LONG_NUMBER and (
        has_run(text, _LONG_NUMBER)
        # As many values as there can be in it.
        or sum(map(text.count, ",[{")) + (len(text) >> 7) >= MAX_VALUES
    ):
        return False
    # "e+1": of the numbers with an exponent, some are a card's.
    is_suspect = rules.is_suspect(text) or ("+" in text and "e+1" in text)
    return not is_suspect or _passes(value, rules)


def _passes(value: Any, rules: Rules) -> bool:
    """Whether the rules leave each text and number in it as it is."""
    kind = type(value)
    if kind is str:
        return bool(rules.text(value) == value)
    if kind is int or kind is float:
        return bool(rules.number(value) == value)
    if kind not in _CONTAINERS:
        return True
    return all(_passes(item, rules) for item in (value.values() if kind is dict else value))


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


def in_utf8(text: str) -> str:
    """A lone surrogate can't be stored as UTF-8; its escape can, and means the same."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
