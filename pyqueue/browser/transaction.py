"""How a transaction of ours ends."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import js

from .interop import JsException


def commit(tx: Any) -> None:
    """Without it, a renderer that dies now takes the rows along."""
    # After it, Firefox (153) completes a transaction although a request failed: no fence would
    # hold, and a batch could be written in part.
    if "Firefox" not in js.navigator.userAgent:
        tx.commit()


def abort(tx: Any) -> None:
    with suppress(JsException):  # it has ended already
        tx.abort()
