"""The two clocks: CPython's, and names for sessions, which sort by time, and for traces."""

from __future__ import annotations

import secrets
import time
from itertools import count

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class SystemClock:
    """The platform's own clocks, in ms."""

    def now(self) -> float:
        return time.monotonic() * 1000

    def wall(self) -> float:
        return time.time() * 1000


def new_session(wall: float) -> str:
    """A name for one run of one writer: 9 digits of time in base 36, 8 of chance. Sorts by time."""
    return _base36(int(wall), 9) + _base36(secrets.randbelow(36**8), 8)


class Ids:
    """Ids for traces: the session and a running number."""

    def __init__(self, session: str) -> None:
        self._session = session
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"{self._session}-{_base36(next(self._numbers))}"


def _base36(number: int, width: int = 1) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(width, "0")
