"""What a purge leaves of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..batch import Row
from .editor import Revise, dropping
from .rows import CODECS, Keeps, trimmed
from .tally import Tally

Predicate = Callable[[Any], bool]
"""A test for a decoded trace."""


def purging(matches: Predicate, keeps: Keeps) -> Revise:
    """Revises rows to what does not match, or is kept all the same."""

    def stays(trace: Any) -> bool:
        return not matches(trace) or bool(keeps and keeps(trace))

    revise = dropping(lambda row: trimmed(row, stays))

    def purge(rows: list[Row], tally: Tally) -> list[Row]:
        # What a newer version wrote is not corrupt, even if it can't be read here.
        return revise(rows, tally) if rows and rows[0].codec in CODECS else rows

    return purge


def certain(matches: Predicate) -> Predicate:
    """The same, but what lacks the field in question matches too."""

    def is_match(trace: Mapping[str, Any]) -> bool:
        try:
            return matches(trace)
        except (KeyError, TypeError):
            return True

    return is_match
