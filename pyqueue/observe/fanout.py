"""Hands events to observers. One that raises is removed and logged; the queue goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from ..events import Event
from ..ports import Observer

logger = logging.getLogger("pyqueue")


class Fanout:
    """A set of observers, each told of every event in order."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` from now on. The returned function ends it; calling it twice is fine."""
        if not callable(observer):
            raise TypeError(f"an observer is a callable, not {type(observer).__name__}")
        self._observers.append(observer)
        return lambda: self._remove(observer)

    def tell(self, events: Iterable[Event]) -> None:
        for event in events:
            for observer in tuple(self._observers):
                try:
                    observer(event)
                except Exception:
                    logger.exception("observer %r raised and is removed", observer)
                    self._remove(observer)

    def _remove(self, observer: Observer) -> None:
        if observer in self._observers:
            self._observers.remove(observer)
