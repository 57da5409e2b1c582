"""How a transaction of ours ends."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

import js

from .interop import JsException


def commit(tx: Any) -> None:
    """Without it, a renderer that dies now takes the rows along."""
    if _can_commit():
        tx.commit()


@cache
def _can_commit() -> bool:
    # After it, Firefox (153) completes a transaction although a request failed: no fence would
    # hold, and a batch could be written in part.
    return "Firefox" not in js.navigator.userAgent


def abort(tx: Any) -> None:
    with suppress(JsException):  # it has ended already
        tx.abort()
