"""Tracks of ours in DevTools' Performance panel: batches and writes, drawn where Python runs.

The page draws its traces by itself: web/devtools/tracks.js, which also tells of the format.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from ...events import Event
from ..database import Database
from ..interop import to_object

OURS = "\u200b"
"""Ends our names, unseen: what is cleared is then no measure of the page's own."""


class Tracks:
    """Draws what a session does from now on."""

    def __init__(self, session: str, database: Database) -> None:
        self._session = session
        _time_writes(database, self._wrote)

    def heard(self, event: Event) -> None:
        """For a queue's `subscribe`."""
        if event.kind == "batch":
            size, took = event.payload["size"], event.payload["took"]
            told = {name: event.payload[name] for name in ("bytes", "full", "remaining")}
            self._draw("batches", f"{size} traces", took, "secondary", told)

    def _wrote(self, took: float, strict: bool, failed: bool) -> None:
        color = "error" if failed else "tertiary-dark" if strict else "tertiary"
        name = "write, failed" if failed else "write"
        self._draw("writes", name, took, color, {"strict": strict})

    def _draw(self, track: str, name: str, took: float, color: str, told: dict[str, Any]) -> None:
        """What took so many ms until now."""
        end = float(js.performance.now())
        told = {"session": self._session, **told}
        devtools = {
            "dataType": "track-entry",
            "trackGroup": "pyqueue",
            "track": track,
            "color": color,
            "properties": [[key, str(value)] for key, value in told.items()],
        }
        span = {"start": max(0.0, end - took), "end": end, "detail": {"devtools": devtools}}
        js.performance.measure(name + OURS, to_object(span))
        js.performance.clearMeasures(name + OURS)  # or they would fill the memory


def _time_writes(database: Database, tell: Callable[[float, bool, bool], None]) -> None:
    """Have `tell` called with the ms that each write took, whether it was strict, and failed."""
    write = database.write

    async def timed(strict: bool, put: Callable[[Any], None]) -> None:
        began, failed = float(js.performance.now()), True
        try:
            await write(strict, put)
            failed = False
        finally:
            tell(float(js.performance.now()) - began, strict, failed)

    database.write = timed  # type: ignore[method-assign]
