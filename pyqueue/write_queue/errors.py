"""The write queue's one error of its own."""

from __future__ import annotations

from ..errors import FlushError


class DrainTimeout(FlushError, TimeoutError):
    """Operations were still held when the time was up; they stay in the queue."""
