"""Figures as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import combining, east_asian_width

from .record import failed

LONGEST_DURATION = 1e15
"""ms; what is longer is no time that anybody took, and told as a number."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(timestamp: float) -> str:
    """ms since the epoch as `2026-11-22T10:00:00.123Z`; as a number where no calendar has it."""
    try:
        moment = _EPOCH + timedelta(milliseconds=timestamp)
    except (OverflowError, ValueError):
        return f"{timestamp:g} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration_text(ms: float) -> str:
    """`<1ms`, `15ms`, `1.20s` or `2m 5s`."""
    if ms < 0:
        return "-" + duration_text(-ms)
    if ms > LONGEST_DURATION:
        return f"{ms:g}ms"
    if 0 < ms < 1:
        return "<1ms"
    if round(ms) < 1000:
        return f"{ms:.0f}ms"
    if ms < 59_995:
        return f"{ms / 1000:.2f}s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes:,}m {seconds}s"


def outcome(trace: dict[str, Any]) -> str:
    """SUCCESS, FAILED, or UNKNOWN where a trace says nothing of it."""
    if failed(trace):
        return "FAILED"
    return "SUCCESS" if trace.get("status") in ("ok", "success") else "UNKNOWN"


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(c) or c in "\u200c\u200d\ufe0f" else 1 + (east_asian_width(c) in "WF")
        for c in text
    )


def cut_at(text: str, room: int) -> int:
    """How many characters of it fit into so many columns; at least one."""
    if text.isascii():
        return max(1, min(room, len(text)))
    taken = 0
    for number, character in enumerate(text):
        taken += width(character)
        if taken > room:
            return max(1, number)
    return len(text)


def wrapped(text: str, room: int) -> list[str]:
    """Lines of at most so many columns, broken at blanks where that leaves them half full."""
    lines = []
    room = max(1, room)
    while width(text) > room:
        end = cut_at(text, room)
        blank = text.rfind(" ", end // 2, end + 1)
        end = blank if blank > 0 else end
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip(" ")
    return [*lines, text]
