"""Names on either side: snake_case in Python, camelCase in JavaScript and in the database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

VERBATIM = ("dropped_by_reason",)
"""Keys whose value is keyed by words of the wire, not by names of ours."""


@cache
def camel(name: str) -> str:
    """`max_batch_size` as `maxBatchSize`."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def snake(name: str) -> str:
    """`traceId` as `trace_id`."""
    return re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", name)


def camel_keys(value: Any) -> Any:
    """The same with camelCase keys, all the way down."""
    if not isinstance(value, Mapping):
        return value
    return {
        camel(key): dict(inner) if key in VERBATIM else camel_keys(inner)
        for key, inner in value.items()
    }
