"""The operations of tests/costs, timed by pytest-benchmark: here, and inside Pyodide.

Rounds are played in turn, the reference in each: what counts is how an operation compares to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest

from tests.costs.operations import AT_ONCE, OPERATIONS, each, trace

REFERENCE = "json.dumps"
BACKLOGS = (100, 10_000)
ROUNDS = int(os.environ.get("TIMED_ROUNDS", "5"))
TIMES = 10
CASES = [
    (round, name, backlog)
    for round in range(ROUNDS)
    for name in (REFERENCE, *OPERATIONS)
    for backlog in BACKLOGS
]


def reference(backlog: int) -> Iterator[Callable[[], None]]:
    """As many traces as an operation handles at once, encoded one by one; nothing is queued."""
    while True:
        yield partial(each, json.dumps, [trace(number) for number in range(AT_ONCE)])


@cache
def works_of(name: str, backlog: int) -> Iterator[Callable[[], object]]:
    works = {REFERENCE: reference, **OPERATIONS}[name](backlog)
    next(works)()  # the first is slower
    return works


@pytest.mark.parametrize(("round", "name", "backlog"), CASES)
def test_operation(benchmark: Any, round: int, name: str, backlog: int) -> None:
    works = works_of(name, backlog)
    benchmark.pedantic(lambda work: work(), setup=lambda: ((next(works),), {}), rounds=TIMES)
