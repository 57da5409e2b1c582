"""What must never be stored: values by their key, and parts of a text by how they look.

The page has the same rules (web/redact.js); tests/redaction_cases.json is run against both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

REDACTED = "[redacted]"

MOST_KEYS = 1_000
"""Keys, and names, that are remembered as harmless."""
KEY_END = 99
"""Characters at the end of a key that are looked at."""

_KEYS = (
    r"(pass ?(word|wd|phrase|code)|pwd|secret|credential|(api|access|private) ?key|card ?number"
    r"|credit ?card|token(?!s)|authorization|\b(cookie|pin|otp|ssn|cvv|cvc|jwt|iban))s?\b"
    r"(?!.* (at|banner|consent|count|error|length|limit|name|policy|type) ?$)"
)
"""For keys in words: "apiKey", "API_KEY" and "api.key" are all "api key". One with such a word
hides what stands under it, unless its last word tells that this is only about the secret."""

_SECRETS = re.compile(
    r"-----BEGIN[A-Z ]*PRIVATE KEY[\s\S]*?(?:-----END.*|\Z)"
    r"|eyJ[\w-]{1,999}\.[\w.-]+"  # a JWT
    r"|(?<=\b[Bb]earer )(?!tokens?\b)[^\s\"',;]+"
    r"|(?<=\b[Bb]asic )[\w+/]{7,}[A-Z\d=]\S*"
    r"|(?<=://)[^\s/?#@:]*:[^\s/?#]*(?=@)",  # user:password in a URL
    re.ASCII,
)
_CARD = re.compile(
    r"(?<![\d.])[2-6]\d{3}([ -]?)(?:\d{4}\1\d{4}\1\d{1,7}|\d{6}\1\d{4,5})(?!\d)", re.ASCII
)
_CHUNK = re.compile(r"[^&#;\s\"'<>]+")

_find_digits = re.compile(r"[2-6][0-9 -]{12}").search
_AS_DIGITS = bytes(ord("0") if chr(byte) in "0123456789 -" else 0 for byte in range(256))


class Rules(Protocol):
    """What an encoder asks; see `Redaction`."""

    def hides(self, key: str) -> bool: ...
    def pass_keys(self, keys: Iterable[object]) -> bool: ...
    def is_suspect(self, text: str, /) -> object: ...
    def text(self, text: str) -> str: ...
    def name(self, text: str) -> str: ...
    def number(self, value: float) -> float | str: ...


@dataclass(frozen=True, slots=True)
class Redaction:
    """Rules by which an encoder hides what must not be stored; immutable.

    `keys` are names of which one in a key, word for word, hides its value; `patterns` (compiled or
    not) hide what they match in any text. Both are added to the defaults, or stand in their place.
    Raises TypeError or ValueError for a rule that can't be one.
    """

    keys: tuple[str, ...] = ()
    patterns: tuple[str | re.Pattern[str], ...] = ()
    defaults: bool = True
    _hidden: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _own: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    _is_empty: bool = field(init=False, repr=False, compare=False)
    _harmless: set[str] = field(init=False, repr=False, compare=False, default_factory=set)
    _names: set[str] = field(init=False, repr=False, compare=False, default_factory=set)

    def __post_init__(self) -> None:
        names = [_phrase(key) for key in _several("keys", self.keys)]
        rules = [_KEYS] * self.defaults + ([rf"\b({'|'.join(names)})s?\b"] if names else [])
        own = tuple(_compiled(pattern) for pattern in _several("patterns", self.patterns))
        hidden = re.compile("|".join(rules) or r"(?!)", re.ASCII | re.IGNORECASE)
        object.__setattr__(self, "_hidden", hidden)
        object.__setattr__(self, "_own", own)
        object.__setattr__(self, "_is_empty", not (rules or own))

    def hides(self, key: str) -> bool:
        """Whether a value under this key must not be stored, whatever it is."""
        return key not in self._harmless and self._hidden.search(_words(key)) is not None

    def passes(self, key: str) -> bool:
        """Whether the key hides nothing and can be stored as it is."""
        if key in self._harmless:
            return True
        if self.hides(key) or self.text(key) != key:
            return False
        if len(self._harmless) < MOST_KEYS and len(key) <= KEY_END:
            self._harmless.add(key)
        return True

    def pass_keys(self, keys: Iterable[object]) -> bool:
        """Whether all are names that hide nothing and can be stored as they are."""
        return self._harmless.issuperset(keys) or all(
            type(key) is str and self.passes(key) for key in keys
        )

    def is_suspect(self, text: str) -> bool:
        """Whether something may have to be hidden in the text. True for some harmless ones, too."""
        if self._own or self._is_empty:
            return not self._is_empty
        return (
            "=" in text
            or "@" in text
            or ("J" in text and "eyJ" in text)
            or "earer " in text
            or "asic " in text
            or "-----B" in text
            or (len(text) > 12 and has_run(text, 13) and _find_digits(text) is not None)
        )

    def text(self, text: str) -> str:
        """The text with what must not be stored replaced."""
        if not self.is_suspect(text):
            return text
        if self.defaults:
            text = _without_cards(_SECRETS.sub(REDACTED, text))
        for pattern in self._own:
            text = pattern.sub(REDACTED, text)
        return _CHUNK.sub(self._without_value, text) if "=" in text else text

    def name(self, text: str) -> str:
        """The same for a short text that comes again and again: it is remembered as harmless."""
        if text in self._names:
            return text
        stored = self.text(text)
        if stored == text and len(text) <= KEY_END:
            if len(self._names) >= MOST_KEYS:
                self._names.clear()
            self._names.add(text)
        return stored

    def number(self, value: float) -> float | str:
        """The number, unless its digits are those of a card."""
        if not 2e12 < value < 1e19:
            return value
        digits = f"{value:.0f}"
        return value if self.text(digits) == digits else REDACTED

    def _without_value(self, found: re.Match[str]) -> str:
        """In a chunk of a URL or form, what follows the first name that hides is its value."""
        parts = found[0].split("=")
        for at, part in enumerate(parts[:-1], 1):
            key = re.split("[?/]", part)[-1]
            if parts[at] and not self.passes(key) and self.hides(key):
                return "=".join([*parts[:at], REDACTED])
        return found[0]


def has_run(text: str, length: int) -> bool:
    """Whether so many digits, blanks and dashes stand in a row. Quicker than a pattern."""
    return text.encode(errors="replace").translate(_AS_DIGITS).find(b"0" * length) >= 0


def _words(key: str) -> str:
    return re.sub("[^a-zA-Z]+", " ", re.sub("[a-z](?=[A-Z])", r"\g<0> ", key[-KEY_END:]))


def _phrase(key: object) -> str:
    words = _words(key).split() if isinstance(key, str) else []
    if not words:
        raise ValueError("redaction: each of 'keys' must be a name with letters from a to z")
    return " ?".join(words)


def _several(name: str, rules: object) -> tuple[object, ...]:
    if isinstance(rules, str) or not isinstance(rules, (tuple, list)):
        raise TypeError(f"redaction: {name!r} must be a tuple, not {type(rules).__name__}")
    return tuple(rules)


def _compiled(pattern: object) -> re.Pattern[str]:
    if not isinstance(pattern, (str, re.Pattern)) or not isinstance(
        getattr(pattern, "pattern", pattern), str
    ):
        raise TypeError(f"redaction: a pattern must be text, not {type(pattern).__name__}")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"redaction: a pattern is wrong: {error}") from None
    if compiled.search(""):
        raise ValueError("redaction: a pattern must not match the empty text")
    return compiled


def _without_cards(text: str) -> str:
    """Cards are told by issuer (which leaves out times in ms to ns), length and checksum."""
    kept = ""
    at = end = 0
    while found := _CARD.search(text, at):
        at = found.start() + 4  # a card may begin at its second group
        if _is_card(re.sub(r"\D", "", found[0])):
            kept += text[end : found.start()] + REDACTED
            end = at = found.end()
    return kept + text[end:]


def _is_card(digits: str) -> bool:
    """Luhn's checksum: from the right, every second digit counts twice, as a sum of digits."""
    twice = [int("0246813579"[int(digit)]) for digit in digits[-2::-2]]
    return (sum(twice) + sum(map(int, digits[-1::-2]))) % 10 == 0


DEFAULT = Redaction()
NOTHING = Redaction(defaults=False)
"""Hides nothing."""
