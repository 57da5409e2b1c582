"""The four priorities of a trace, and how one is inferred where the caller names none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import IntEnum


class TracePriority(IntEnum):
    """How much a trace matters: it decides what is written first and what is evicted first."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def label(self) -> str:
        return LABELS[self]

    @classmethod
    def of(cls, value: object) -> TracePriority:
        """A priority from a member, a name in any case, or a number.

        Numbers are rounded half up and clamped to 0..3, as the seed's queue did.
        Raises ValueError for an unknown name or NaN, TypeError for any other type.
        """
        if isinstance(value, str):
            found = _BY_LABEL.get(value) or _BY_LABEL.get(value.lower())
            if found is None:
                raise ValueError(f"priority {value!r} is none of {', '.join(LABELS)}")
            return found
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError(
                f"priority must be a TracePriority, a name or a number, not {type(value).__name__}"
            )
        if value != value:
            raise ValueError("priority is NaN; use 0..3 or a name")
        return cls(math.floor(max(0, min(3, value)) + 0.5))


LABELS = ("low", "normal", "high", "critical")
"""Names by number: `LABELS[2] == "high"`."""

_BY_LABEL = dict(zip(LABELS, TracePriority, strict=True))

HIGHEST_FIRST = (3, 2, 1, 0)


def is_error(value: object) -> bool:
    """Whether a trace's `error` tells of one: whatever is true in JavaScript, {} and [] too."""
    if isinstance(value, (str, int, float, type(None))):
        return bool(value) and value == value
    return True


def infer(trace: Mapping[str, object]) -> TracePriority:
    """The priority that a trace's content suggests.

    An error makes it CRITICAL whatever its name; `system:` or `user:` in the name HIGH; `debug:` or
    `trace:` LOW; anything else is NORMAL. The page infers by the same rules (web/trace.js).
    """
    error = trace.get("error")
    if (error is not None and is_error(error)) or trace.get("status") == "error":
        return TracePriority.CRITICAL
    name = str(trace.get("name", ""))
    if "system:" in name or "user:" in name:
        return TracePriority.HIGH
    if "debug:" in name or "trace:" in name:
        return TracePriority.LOW
    return TracePriority.NORMAL
