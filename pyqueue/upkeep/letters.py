"""Dead letters: none stays longer than a trace may; of the others so many as the policy says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..batch import DeadLetter
from .policy import RetentionPolicy


def surplus(letters: Iterable[DeadLetter], policy: RetentionPolicy, now: float) -> list[str]:
    """Ids of the letters that go, the latest first; what the policy protects is not counted."""
    keeps = policy.protector()
    ours = [letter for letter in letters if not (keeps and keeps(_trace(letter)))]
    latest = sorted(ours, key=lambda letter: letter.time, reverse=True)
    most = policy.max_dead_letters or len(latest)
    since = now - (policy.max_age or float("inf"))
    return [one.id for at, one in enumerate(latest) if at >= most or one.time < since]


def _trace(letter: DeadLetter) -> Mapping[str, Any]:
    try:
        return dict(json.loads(letter.trace))
    except (TypeError, ValueError):
        return {}
