"""How a transaction of ours begins and ends."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import js

from .interop import JsException, to_object


def put_guard(tx: Any, guard: str) -> Any:
    """The request that fails where a fence stands for `guard`; otherwise nothing is left of it."""
    fences = tx.objectStore("fences")
    request = fences.add(to_object({"name": guard}))
    fences.delete(guard)
    return request


def commit(tx: Any) -> None:
    """Without it, a renderer that dies now takes the rows along."""
    # After it, Firefox (153) completes a transaction although a request failed: no fence would
    # hold, and a batch could be written in part.
    if "Firefox" not in js.navigator.userAgent:
        tx.commit()


def abort(tx: Any) -> None:
    with suppress(JsException):  # it has ended already
        tx.abort()
