"""CPython's clocks and a guard for others; names for sessions, which sort by time, and for
traces."""

from __future__ import annotations

import logging
import secrets
import time
from itertools import count

from .ports import Clock

logger = logging.getLogger("pyqueue")

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class SystemClock:
    """The platform's own clocks, in ms."""

    def now(self) -> float:
        return time.monotonic() * 1000

    def wall(self) -> float:
        return time.time() * 1000


class SteadyClock:
    """Another clock as the queue relies on it: `now` never goes backwards, and neither raises nor
    is no number; it then stands still. `wall` falls back on the last reading, too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = self._wall = 0.0

    def now(self) -> float:
        try:
            now = float(self._clock.now())
            if now > self._now:  # and not where it is NaN
                self._now = now
        except Exception:
            logger.warning("the clock raised; it stands at %s ms", self._now, exc_info=True)
        return self._now

    def wall(self) -> float:
        try:
            wall = float(self._clock.wall())
            if wall - wall == 0:  # neither NaN nor infinite
                self._wall = wall
        except Exception:
            logger.warning("the clock raised; it stands at %s ms", self._wall, exc_info=True)
        return self._wall


def new_session(wall: float) -> str:
    """A name for one run of one writer: 9 digits of time in base 36, 8 of chance. Sorts by time."""
    return _base36(max(0, int(wall)), 9) + _base36(secrets.randbelow(36**8), 8)


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
