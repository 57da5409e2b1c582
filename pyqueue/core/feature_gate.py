"""The feature flag: which queue to run. The first place that names one decides.

    1. the URL            ?pyqueue_queue=fifo          someone looks at this page view
    2. localStorage       pyqueue.queue                someone set this browser
    3. the config         QueueConfig(queue="fifo")    what the application asks for

An unknown word in the URL or in localStorage is passed over and reported: a visitor must not be
able to break the page. An unknown word in the config is an error at its own door.
"""

from __future__ import annotations

from typing import NamedTuple

from ..config import KINDS, QueueKind


class Choice(NamedTuple):
    """The queue, which place decided, and what was passed over."""

    kind: QueueKind
    source: str
    ignored: tuple[str, ...]


def choose_queue(
    config: QueueKind, *, url: str | None = None, storage: str | None = None
) -> Choice:
    """The queue to run, from what each place says (None: nothing)."""
    ignored: list[str] = []
    for source, word in (("url", url), ("storage", storage)):
        for kind in KINDS:
            if word == kind:
                return Choice(kind, source, tuple(ignored))
        if word is not None:
            ignored.append(f"{source} says {word!r}, which is none of {', '.join(KINDS)}")
    return Choice(config, "config", tuple(ignored))
