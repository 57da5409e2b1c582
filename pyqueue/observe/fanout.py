"""Hands events to observers. One that raises is removed and logged; the queue goes on."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable

from ..events import Event
from ..ports import Observer

logger = logging.getLogger("pyqueue")


class Fanout:
    """Observers, each told of every event in the order in which they happened."""

    def __init__(self) -> None:
        self._observers: dict[object, Observer] = {}
        self._untold: deque[Event] = deque()
        self._telling = False

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Tell `observer` from now on. The returned function ends it; calling it twice is fine."""
        if not callable(observer):
            raise TypeError(f"an observer is a callable, not {type(observer).__name__}")
        key = object()
        self._observers[key] = observer
        return lambda: self._remove(key)

    def tell(self, events: Iterable[Event]) -> None:
        """Tell everyone. What an observer causes meanwhile is told after what is being told."""
        self._untold.extend(events)
        if self._telling:
            return
        self._telling = True
        try:
            while self._untold:
                self._tell_one(self._untold.popleft())
        finally:
            self._telling = False

    def _tell_one(self, event: Event) -> None:
        for key, observer in tuple(self._observers.items()):
            try:
                observer(event)
            except Exception:
                logger.exception("observer %r raised and is removed", observer)
                self._remove(key)

    def _remove(self, key: object) -> None:
        self._observers.pop(key, None)
