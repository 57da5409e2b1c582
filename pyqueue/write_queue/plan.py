"""From a sequence of operations to bulk calls: as few as order allows.

Operations of different ids may change places, and so may a vector and a store or update of one id:
they set different things. Everything else of one id keeps its order. What is left of each id is
then a word over the four types, and a plan is a sequence of types in which every word can be spelt:
a shortest common supersequence. To find one is hard in general and easy for what queues hold (few
different words, and short), so the search is exact up to a limit and greedy beyond it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from .operations import Operation, OperationType

TYPES: tuple[OperationType, ...] = ("store", "update", "delete", "vector")

ENTRY: frozenset[OperationType] = frozenset(("store", "update", "delete"))
VECTOR: frozenset[OperationType] = frozenset(("vector", "delete"))
"""Types that keep their order among each other."""

SEARCHED = 300
"""States that the exact search may visit: a few ms, and more than an ordinary batch needs."""

REMEMBERED = 4_096
"""Words whose rests are remembered: they come again and again, within a search and after it."""

Word = tuple[OperationType, ...]
"""The types that are left of an id, in order."""

Words = frozenset[Word]
"""Those of all ids. Ids with the same word are one."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Operations of one type for one bulk call, in the order in which they were enqueued."""

    type: OperationType
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class BulkWrite:
    """The bulk calls of one batch, and its place in the order of a session's writes."""

    session: str
    last: int
    """Number of its last operation. A later write of the session has a higher one."""
    bulks: tuple[Bulk, ...]


def plan(operations: Sequence[Operation]) -> list[Bulk]:
    """Bulks that, applied in order, do what the operations do one by one."""
    types = order_of_types(_words(operations))
    waiting = list(operations)
    bulks = []
    for type in types:
        taken, waiting = _split(waiting, type)
        bulks.append(Bulk(type, tuple(taken)))
    return bulks


def order_of_types(words: Words) -> list[OperationType]:
    """The types of a plan, in order: as few as there can be, or nearly so beyond the limit.

    A* search. All that can go with the next type always goes: leaving something behind never
    makes the rest shorter.
    """
    # By the length that a plan through this state has at least, then by what is still missing.
    states: list[tuple[int, int, int, Words, list[OperationType]]] = [(0, 0, 0, words, [])]
    shortest, serial = {words: 0}, 0
    for _ in range(SEARCHED):
        *_, left, types = heapq.heappop(states)
        if not left:
            return types
        for type in TYPES:
            rest, longer = _without(left, type), [*types, type]
            if len(longer) < shortest.get(rest, len(longer) + 1):
                shortest[rest], serial = len(longer), serial + 1
                missing = _least(rest)
                heapq.heappush(states, (len(longer) + missing, missing, serial, rest, longer))
    return _greedily(words)


def _greedily(words: Words) -> list[OperationType]:
    types: list[OperationType] = []
    while words:
        rests = {type: _without(words, type) for type in TYPES}
        type, words = min(rests.items(), key=lambda rest: (_least(rest[1]), _letters(rest[1])))
        types.append(type)
    return types


def _letters(words: Words) -> int:
    return sum(map(len, words))


def _least(words: Words) -> int:
    """A number of bulks that no plan for these words can go below."""
    return max(map(_least_of, words), default=0)


@lru_cache(REMEMBERED)
def _least_of(word: Word) -> int:
    return max(_runs(word, ENTRY), _runs(word, VECTOR))


def _runs(word: Word, types: frozenset[OperationType]) -> int:
    """How often the type changes, counting from none, among these types alone."""
    return sum(1 for _ in groupby(type for type in word if type in types))


def _words(operations: Iterable[Operation]) -> Words:
    words: dict[str, list[OperationType]] = {}
    for operation in operations:
        words.setdefault(operation.id, []).append(operation.type)
    return frozenset(map(tuple, words.values()))


def _without(words: Words, type: OperationType) -> Words:
    rests = (_rest(word, type) for word in words)
    return frozenset(rest for rest in rests if rest)


@lru_cache(REMEMBERED)
def _rest(word: Word, type: OperationType) -> Word:
    """What is left of a word when all of this type that may go has gone."""
    rest: list[OperationType] = []
    for other in word:
        if other != type or any(must_precede(before, type) for before in rest):
            rest.append(other)
    return tuple(rest)


def _split(
    operations: list[Operation], type: OperationType
) -> tuple[list[Operation], list[Operation]]:
    """Those of this type that may go now, and the rest, both in order."""
    taken, rest = [], []
    passed: dict[str, set[OperationType]] = {}
    for operation in operations:
        before = passed.setdefault(operation.id, set())
        if operation.type != type or any(must_precede(one, type) for one in before):
            rest.append(operation)
            before.add(operation.type)
        else:
            taken.append(operation)
    return taken, rest


def must_precede(earlier: OperationType, later: OperationType) -> bool:
    """Whether operations of one id, of these types, must keep their order."""
    return {earlier, later} <= ENTRY or {earlier, later} <= VECTOR
