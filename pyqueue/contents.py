"""What a trace holds, as queries ask for it: an attribute by its key, and a text anywhere in it.

The page's queries without Python do the same (web/contents.js).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Scalar: TypeAlias = str | float | bool | None


def has_attribute(holder: Any, key: str, value: Scalar) -> bool:
    """Whether there is this value under the key: "user.plan" is that key, or "plan" in "user"."""
    if not isinstance(holder, Mapping):
        return False
    if key in holder and _is_same(holder[key], value):
        return True
    cut = key.find(".")
    while cut >= 0:
        if has_attribute(holder.get(key[:cut]), key[cut + 1 :], value):
            return True
        cut = key.find(".", cut + 1)
    return False


def has_text(trace: Mapping[str, Any], lowered: str) -> bool:
    """Whether it is, in whatever case, in the name, the error, or a text or number among the
    attributes."""
    waiting = [trace.get("name"), trace.get("error"), trace.get("attributes")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if lowered in value.lower():
                return True
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, (int, float)) and lowered in _digits(value):
            return True
    return False


def _is_same(one: Any, other: Scalar) -> bool:
    """As JSON tells values apart: 1 is 1.0, but neither true nor "1"."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _digits(number: float) -> str:
    """As JavaScript writes it, where it is no very large or small one; a truth value has none."""
    if isinstance(number, bool):
        return ""
    is_whole = isinstance(number, float) and number.is_integer() and abs(number) < 1e16
    return str(int(number) if is_whole else number)
