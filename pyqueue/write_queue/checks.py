"""What the fields of an operation may hold. A mistake is named with its field and its value.

Nothing is repaired or marked: what a store gives back is what it was handed, so what JSON, UTF-8 or
a float32 can't carry is refused at the door.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, SupportsFloat

from ..storable import MAX_BITS, MAX_DEPTH
from .vectors import float32

MOST_LABEL = 2**53 - 1
"""The largest integer that JavaScript holds exactly."""

LEVELS = MAX_DEPTH - 2
"""Of metadata: those around it are the operation, and what changes in an update."""

PLAIN = frozenset((float, int))
"""Types that are numbers for certain, and need no closer look."""


def check_text(field: str, value: object, empty: bool = False) -> None:
    """A string that UTF-8 can carry; `empty` says whether it may be empty."""
    if not isinstance(value, str):
        raise TypeError(f"operation field '{field}' must be a string, not {value!r:.60}")
    if not (value or empty):
        raise ValueError(f"operation field '{field}' must not be empty")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError(f"operation field '{field}' holds a lone surrogate: {value!r:.60}")


def read_tags(field: str, value: object) -> tuple[str, ...]:
    """A tuple of strings, from any sequence of them."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise TypeError(f"operation field '{field}' must be a list of strings, not {value!r:.60}")
    for number, tag in enumerate(value):
        check_text(f"{field}[{number}]", tag, empty=True)
    return tuple(value)


def check_metadata(field: str, value: object) -> None:
    """A mapping that comes back from JSON as it went."""
    if not isinstance(value, Mapping):
        raise TypeError(f"operation field '{field}' must be a mapping, not {value!r:.60}")
    _check_json(field, value, LEVELS)


def check_label(field: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"operation field '{field}' must be a whole number, not {value!r:.60}")
    if not -MOST_LABEL <= value <= MOST_LABEL:
        raise ValueError(f"operation field '{field}' must lie within ±(2**53 - 1), not {value}")


def read_embedding(field: str, value: object) -> tuple[float, ...]:
    """The numbers as float32 holds them, from any sequence of numbers, arrays included."""
    if isinstance(value, (str, bytes, bytearray, Mapping)) or not isinstance(value, Iterable):
        raise TypeError(f"operation field '{field}' must be a list of numbers, not {value!r:.60}")
    numbers = tuple(value)
    if not numbers:
        raise ValueError(f"operation field '{field}' must hold at least one number")
    if not PLAIN.issuperset(map(type, numbers)):
        _check_numbers(field, numbers)
    rounded = float32(numbers)
    for index, number in enumerate(rounded):
        if not math.isfinite(number):
            given = numbers[index] if isinstance(numbers[index], float) else "a huge integer"
            raise ValueError(
                f"operation field '{field}[{index}]' must be finite as a float32, not {given}"
            )
    return rounded


def _check_numbers(field: str, numbers: tuple[Any, ...]) -> None:
    for index, number in enumerate(numbers):
        if isinstance(number, (bool, str)) or not isinstance(number, SupportsFloat):
            raise TypeError(
                f"operation field '{field}[{index}]' must be a number, not {number!r:.60}"
            )


def _check_json(field: str, value: Any, levels: int) -> None:
    if isinstance(value, str):
        check_text(field, value, empty=True)
    elif isinstance(value, (Mapping, list, tuple)):
        if not levels:
            raise ValueError(f"operation field '{field:.80}' is nested too deep, or in a circle")
        _check_children(field, value, levels - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"operation field '{field}' must be finite, not {value!r}")
    elif isinstance(value, int) and value.bit_length() >= MAX_BITS:
        raise ValueError(f"operation field '{field}' is an integer of {value.bit_length()} bits")
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise TypeError(f"operation field '{field}' can't be kept as JSON: {value!r:.60}")


def _check_children(field: str, value: Any, levels: int) -> None:
    if not isinstance(value, Mapping):
        for number, inner in enumerate(value):
            _check_json(f"{field}[{number}]", inner, levels)
        return
    for key, inner in value.items():
        if not isinstance(key, str):
            raise TypeError(f"operation field '{field}' has a key that is no string: {key!r:.60}")
        check_text(f"{field}, a key", key, empty=True)
        _check_json(f"{field}.{key}", inner, levels)
