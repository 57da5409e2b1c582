"""Lines of JSON out of text that comes in pieces."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import FormatError

DEEPEST = 200
"""Levels of nesting that are read; a trace that was taken has 32, and takes 110 in OTLP."""


def numbered_values(chunks: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """Each line's number, from 1, and the JSON value in it; blank lines are passed over. Raises
    `FormatError` for a line that holds anything else."""
    for number, line in enumerate(_lines(chunks), 1):
        if text := line.strip(" \t\r\ufeff"):
            yield number, value_in(text, number)


def value_in(text: str, line: int) -> Any:
    """The JSON value of a text. Raises `FormatError`, which names the line."""
    if text.count("[") + text.count("{") > DEEPEST:
        check_depth(text, 0, line)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"line {line}: no JSON at column {error.colno}: {error.msg}") from None
    except ValueError as error:  # an integer of too many digits
        raise FormatError(f"line {line}: {error}") from None


def check_depth(text: str, start: int, line: int) -> None:
    """Raises `FormatError` where the value that begins there is nested too deeply: the decoder
    recurses in C, and in a browser that ends Python for good."""
    depth = 0
    for found in _TOKEN.finditer(text, start):
        sign = found[0]
        if sign in "[{":
            depth += 1
            if depth > DEEPEST:
                raise FormatError(f"line {line}: nested more than {DEEPEST} levels deep")
        elif sign in "]}":
            depth -= 1
            if depth <= 0:
                return


_TOKEN = re.compile(r'[\[{\]}]|"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)

decoder = json.JSONDecoder(parse_constant=lambda name: f"[{name}]")
"""Reads what is no JSON, but is written by many: NaN and infinities, as they are marked."""


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Split at line feeds only: JSON may hold what else ends a line."""
    parts: list[str] = []
    for chunk in chunks:
        *lines, rest = chunk.split("\n")
        for line in lines:
            yield "".join([*parts, line])
            parts.clear()
        parts.append(rest)
    yield "".join(parts)
