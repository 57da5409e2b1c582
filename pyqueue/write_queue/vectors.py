"""Embeddings: float32 in 4 bytes each, and the exact search by cosine that all stores share."""

from __future__ import annotations

import heapq
import math
import struct
from collections.abc import Callable, Iterable, Sequence
from operator import mul
from typing import NamedTuple, SupportsFloat


class Match(NamedTuple):
    """A vector that was found."""

    id: str
    label: int
    score: float
    """The cosine, -1 to 1: 1 is the same direction."""


def float32(numbers: Sequence[SupportsFloat]) -> tuple[float, ...]:
    """Each as the nearest float32; infinite where it is too large for one."""
    try:
        return unpack(pack(list(map(float, numbers))))
    except OverflowError:
        return tuple(map(_float32, numbers))


def _float32(number: SupportsFloat) -> float:
    try:
        return unpack(pack([float(number)]))[0]
    except OverflowError:
        return math.inf


def pack(embedding: Sequence[float]) -> bytes:
    """Little-endian float32, 4 bytes each. Raises OverflowError for what is too large."""
    return struct.pack(f"<{len(embedding)}f", *embedding)


def unpack(data: bytes) -> tuple[float, ...]:
    """What `pack` packed."""
    numbers: tuple[float, ...] = struct.unpack(f"<{len(data) // 4}f", data)
    return numbers


class Nearest:
    """The `k` vectors nearest to `embedding` among all that it is shown; equals by id.

    Compares with every vector of as many numbers. One of length zero has no direction, so it
    never matches, and nothing matches it.
    """

    def __init__(self, embedding: Sequence[float], k: int) -> None:
        self._wanted = tuple(embedding)
        self._length = _length(self._wanted)
        self._k = k
        self._best: list[Match] = []

    @property
    def dimensions(self) -> int:
        return len(self._wanted)

    def look(self, vectors: Iterable[tuple[str, int, Sequence[float]]]) -> None:
        """Take in some more: id, label and numbers of each."""
        found = [
            Match(id, label, self._cosine(numbers, length))
            for id, label, numbers in vectors
            if len(numbers) == len(self._wanted) and self._length and (length := _length(numbers))
        ]
        self._best = heapq.nsmallest(self._k, [*self._best, *found], key=_best_first)

    def matches(self) -> list[Match]:
        """The best first."""
        return list(self._best)

    def _cosine(self, numbers: Sequence[float], length: float) -> float:
        cosine = _dot(self._wanted, numbers) / (self._length * length)
        return max(-1.0, min(1.0, cosine))  # rounding may pass 1 by a hair


def _best_first(match: Match) -> tuple[float, str]:
    return -match.score, match.id


def _length(numbers: Sequence[float]) -> float:
    return math.sqrt(_dot(numbers, numbers))


def _plain_dot(a: Sequence[float], b: Sequence[float]) -> float:
    return float(sum(map(mul, a, b)))


# Python 3.12 has it in C, ten times as fast.
_dot: Callable[[Sequence[float], Sequence[float]], float] = getattr(math, "sumprod", _plain_dot)
