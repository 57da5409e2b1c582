"""Trace content is hostile: here it becomes text that no file format, terminal or reader minds."""

from __future__ import annotations

import json
import re
from typing import Any

from ..encoding import as_json

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What a terminal obeys, what turns the direction of writing, and what nobody sees. Joiners, of
which emoji and some scripts are made, are left."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def utf8(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which UTF-8 has no bytes for."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def visible(text: str) -> str:
    """The text in one line that shows all it holds: an escape character as `\\x1b`."""
    return _UNSEEN.sub(_escape, utf8(text))


def shortened(text: str, most: int) -> str:
    """The text, its end left out where it is longer than `most`, and how long it was."""
    return text if len(text) <= most else f"{text[:most]}… [{len(text):,} characters]"


def to_json(value: object) -> str:
    """Compact JSON of anything; what JSON can't carry is marked, as where traces are taken."""
    return utf8(as_json(value))


def plain(value: object) -> Any:
    """A copy of anything, as JSON carries it."""
    return json.loads(as_json(value))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
