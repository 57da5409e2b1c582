"""How many traces a batch waits for: few when it is quiet, many under load.

The target follows the rate at which traces come, so that batches leave at an interval between a
quarter of the timeout and the timeout:

    a batch's time ran out before the target was reached    the target halves, at most to its count
    targets are reached faster than that, or than one       the target doubles, or jumps to the
    write takes                                             backlog where that is more

So a single click now and then is written at once, and a burst goes in full batches.
"""

from __future__ import annotations

QUICK = 1 / 4
"""Share of the batch timeout below which batches come too fast."""

WEIGHT = 0.2
"""Of the newest write time, in the moving average."""


class BatchTarget:
    """Starts at the upper limit. Times are ms."""

    def __init__(self, most: int, timeout: float) -> None:
        self.size = most
        self._most = most
        self._timeout = timeout
        self._sealed_at = float("-inf")
        self._write_time = 0.0

    def configure(self, most: int, timeout: float) -> None:
        """New limits; the target starts again at the upper one."""
        self.size = self._most = most
        self._timeout = timeout

    def reached(self, backlog: int, now: float) -> None:
        """A batch was sealed because there were enough; `backlog` traces are left."""
        interval, self._sealed_at = now - self._sealed_at, now
        if backlog or interval < max(QUICK * self._timeout, self._write_time):
            self.size = min(self._most, max(2 * self.size, backlog))

    def timed_out(self, count: int, now: float) -> None:
        """A batch of `count` was sealed because its time was up."""
        self._sealed_at = now
        self.size = max(1, min(self.size, max(count, self.size // 2)))

    def written(self, took: float) -> None:
        """A write took so long."""
        self._write_time += WEIGHT * (max(0.0, took) - self._write_time)
