"""The browser's clock, heap and quota."""

from __future__ import annotations

from typing import Any

import js

from ..ports import HeapReading, StorageEstimate


class BrowserClock:
    """`performance.timeOrigin + performance.now()`: fine steps, never backwards, and the same scale
    in a page and its workers (High Resolution Time, W3C), so that waits can be measured across.

    Between processes the scales can lie hours apart, for not all of them count while a computer
    sleeps: `skew`, in ms, makes this one that of a page elsewhere.
    """

    def __init__(self, skew: float = 0.0) -> None:
        self._since_origin: Any = js.performance.now  # bound, once: to look it up costs more
        self._origin = float(js.performance.timeOrigin) + skew

    def now(self) -> float:
        return self._origin + float(self._since_origin())

    wall = now


class BrowserHeap:
    """The JS heap as Chromium tells it. Only windows can read it, so a page tells its worker."""

    def __init__(self) -> None:
        self._told: HeapReading | None = None

    def tell(self, used: float, limit: float) -> None:
        """A reading that the page took."""
        self._told = HeapReading(used, limit)

    def read(self) -> HeapReading | None:
        memory = getattr(js.performance, "memory", None)
        if memory is None:
            return self._told
        return HeapReading(float(memory.usedJSHeapSize), float(memory.jsHeapSizeLimit))


class BrowserStorage:
    """What `navigator.storage` estimates; WebKitGTK and insecure pages have none."""

    async def estimate(self) -> StorageEstimate | None:
        storage = getattr(js.navigator, "storage", None)
        if not storage or not hasattr(storage, "estimate"):
            return None
        estimate = await storage.estimate()
        return StorageEstimate(float(estimate.usage), float(estimate.quota))
