"""What `--where` asks for, in the inspector's words."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from ..formats.record import Trace
from ..query import TraceQuery

Test = Callable[[Trace], bool]

TIMES = ("since", "until")

TERMS = ("name", "priority", "status", "trace", "id", "since", "until")
ELSEWHERE = ("duration", "span", "parent")
"""What the inspector has besides."""

_TERM = re.compile(rf"({'|'.join(TERMS)}|attr\.[^:=]+)[:=](.*)", re.DOTALL)


def matching(where: Iterable[str]) -> Test:
    """A test for a trace that meets all terms. Raises ValueError for one that says nothing."""
    tests = [_test(term) for terms in where for term in _split(terms)]
    return lambda trace: all(test(trace) for test in tests)


def _split(terms: str) -> list[str]:
    try:
        return shlex.split(terms)
    except ValueError as error:
        raise ValueError(f"--where {terms!r}: {error}") from None


def _test(term: str) -> Test:
    found = _TERM.fullmatch(term)
    if found is None:
        _check_word(term)
        return TraceQuery(text=term).matcher()
    key, value = found.groups()
    if key.startswith("attr."):
        tests = [TraceQuery(attributes={key[5:]: one}).matcher() for one in _meanings(value)]
        return lambda trace: any(test(trace) for test in tests)
    if key == "name":
        return lambda trace: fnmatchcase(trace["name"], value)
    known: dict[str, Any] = {
        {"trace": "trace_id"}.get(key, key): _time(term, value) if key in TIMES else value
    }
    return TraceQuery(**known).matcher()


def _check_word(term: str) -> None:
    """Raises ValueError for what was meant as a term, and would only be looked for as a text."""
    known = f"there are {', '.join(f'{one}:' for one in TERMS)} and attr.KEY=, and words"
    if re.match(r"-[^\W\d]", term):
        raise ValueError(f"--where {term!r}: there is no '-' for \"not\"; {known}")
    word, colon, _ = term.partition(":")
    near = get_close_matches(word.lower(), (*TERMS, *ELSEWHERE), 1, 0.75) if colon else []
    if near:
        raise ValueError(f"--where {term!r}: there is no term {word}:; {known}")


def _meanings(value: str) -> list[Any]:
    """As a text, and as the number, truth value or null that it may be."""
    try:
        other = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return [value] if isinstance(other, (dict, list)) else [value, other]


def _time(term: str, value: str) -> float:
    """ms since the epoch. Times without a zone are UTC, as pyqueue shows them."""
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f"--where {term!r}: a time is ms since the epoch, or like 2026-11-22T10:00"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
