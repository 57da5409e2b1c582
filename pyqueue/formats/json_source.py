"""A JSON text that is read in pieces: no more of it is held than one item of its list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from json import JSONDecodeError
from typing import Any

from ..errors import FormatError
from .lines import check_depth, decoder

BLANKS = " \t\r\n\ufeff"

LARGEST_ITEM = 2**28
"""Characters that are tried to be read as one item."""


class JsonSource:
    """Looks ahead in the text by one value."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._text = ""
        self._at = 0
        self._line = 1

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            while self._at < len(self._text):
                character = self._text[self._at]
                if character not in BLANKS:
                    return character
                self._advance(self._at + 1)
            if not self._more(1):
                return ""

    def enter(self, name: str) -> None:
        """Go into an object, to the value of this field."""
        self._expect("{")
        while self.peek() != "}":
            field = self._value()
            self._expect(":")
            if field == name:
                return
            self._value()
            if self.peek() == ",":
                self._expect(",")
        raise FormatError(f"line {self._line}: the document has no field {name!r}")

    def items(self) -> Iterator[tuple[int, Any]]:
        """What is in the list that begins here, each item with its line."""
        self._expect("[")
        while self.peek() != "]":
            line = self._line
            yield line, self._value()
            if self.peek() != "]":
                self._expect(",")

    def _expect(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            what = repr(found) if found else "the end of the text"
            raise FormatError(f"line {self._line}: {sign!r} is missing before {what}")
        self._advance(self._at + 1)

    def _value(self) -> Any:
        can_nest = self.peek() in ("[", "{")
        while True:
            if can_nest:
                check_depth(self._text, self._at, self._line)
            try:
                value, end = decoder.raw_decode(self._text, self._at)
                # A number may go on where the text does, after as much as "e+".
                if end + 2 < len(self._text) or not self._more(3):
                    self._advance(end)
                    return value
            except JSONDecodeError as error:  # maybe for want of the rest
                held = len(self._text) - self._at
                if held > LARGEST_ITEM or not self._more(held):
                    raise FormatError(f"line {self._line_of(error.pos)}: {error.msg}") from None
            except ValueError as error:  # an integer of too many digits
                raise FormatError(f"line {self._line}: {error}") from None

    def _line_of(self, position: int) -> int:
        return self._line + self._text.count("\n", self._at, position)

    def _advance(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _more(self, least: int) -> bool:
        """Read on by so many characters at least, so that a large item is not tried too often;
        False where there are no more."""
        parts, length = [], 0
        for chunk in self._chunks:
            parts.append(chunk)
            length += len(chunk)
            if length >= least:
                break
        if length:
            self._text, self._at = "".join([self._text[self._at :], *parts]), 0
        return length > 0
