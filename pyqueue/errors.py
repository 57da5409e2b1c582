"""The errors that pyqueue raises of its own.

PyqueueError
├── ConfigError          an option from outside is wrong (also a ValueError)
├── FlushError           not everything could be made durable
├── FormatError          a file of traces can't be read (also a ValueError)
└── StoreError           a store failed; raised by stores, handled by the queue
    ├── StoreUnavailable     it can't be reached: the same batch may succeed later
    │   ├── StoreFenced          someone declared this writer dead and closed its account
    │   └── StoreFull            there is no room
    └── StoreRejected        it refuses what is in this batch

A caller's mistake in Python code is a plain TypeError or ValueError.
"""

from __future__ import annotations


def text_of(error: BaseException) -> str:
    """What an error of somebody else's says; never raises."""
    try:
        return str(error)
    except Exception:
        return "[unreadable]"


class PyqueueError(Exception):
    """Root of pyqueue's errors."""


class ConfigError(PyqueueError, ValueError):
    """An option from outside has a wrong name, type or value; the message names each."""


class FlushError(PyqueueError):
    """Traces that were to be durable are not; they stay in the queue."""


class FormatError(PyqueueError, ValueError):
    """A file of traces can't be read; the message tells the line and what is wrong there."""


class StoreError(PyqueueError):
    """A store failed to do what it was asked."""


class StoreUnavailable(StoreError):
    """The store can't be reached, or is full. Trying again later may succeed."""


class StoreFull(StoreUnavailable):
    """The store has no room left; what is deleted makes some."""


class StoreFenced(StoreUnavailable):
    """Whoever wrote was declared dead, and its account closed: it can never write again."""


class StoreRejected(StoreError):
    """The store refuses what is in this batch; after `max_retries` it becomes dead letters."""
