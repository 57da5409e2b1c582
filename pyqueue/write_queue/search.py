"""A search as a caller asks for it."""

from __future__ import annotations

from .checks import read_embedding
from .vectors import Nearest

CHUNK = 256
"""Vectors that a store compares before it lets others run: a few ms."""


def read_search(embedding: object, k: object) -> Nearest:
    """The search for these. Raises TypeError or ValueError, naming what is wrong."""
    if isinstance(k, bool) or not isinstance(k, int):
        raise TypeError(f"k must be a whole number, not {k!r:.60}")
    if k < 0:
        raise ValueError(f"k must be at least 0, not {k}")
    try:
        return Nearest(read_embedding("embedding", embedding), k)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("operation field", "search argument")) from None
