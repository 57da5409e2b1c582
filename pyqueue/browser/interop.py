"""JavaScript from Python: every proxy that pyqueue makes is made, and destroyed, in this file.

A proxy that is not destroyed is never freed; one is kept, on purpose. And Python mostly resumes
from an `await` in a later task than the event that it awaited, so nothing here awaits inside an
IndexedDB transaction: requests are issued in one go, and `is_complete` awaits its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import js
import pyodide_js
from pyodide.ffi import JsException, create_proxy, to_js

from .. import turns
from ..encoding import in_utf8, plain

__all__ = [
    "JsException",
    "forever",
    "install",
    "is_complete",
    "listen",
    "set_text",
    "to_array",
    "to_buffer",
    "to_object",
    "to_record",
]


async def install(package: str) -> None:
    """Load a package and what it needs, from where Pyodide's lock file says."""
    await pyodide_js.loadPackage("micropip")
    import micropip

    await micropip.install(package)


def to_object(value: Mapping[str, Any]) -> Any:
    """A plain JS object, its lists as arrays."""
    return to_js(value, dict_converter=js.Object.fromEntries)


def to_record(value: Mapping[str, Any]) -> Any:
    """The same of what JSON carries, and holds no None; quicker."""
    return js.JSON.parse(in_utf8(plain(value)))


def set_text(record: Any, name: str, text: str) -> None:
    """Set a property to a text of any length. Pyodide copies ASCII as a whole, but any other text
    character by character; that one the browser decodes, and it never comes back into Python."""
    if text.isascii():
        setattr(record, name, text)
        return
    decoder = js.TextDecoder.new()
    decode = decoder.decode.bind(decoder, to_buffer(text.encode()))
    texts = getattr(js.Array, "from")(to_object({"length": 1}), decode)
    js.Reflect.apply(js.Reflect.set, None, js.Array.of(record, name).concat(texts))


def listen(target: Any, handlers: Mapping[str, Callable[[Any], None]]) -> Callable[[], None]:
    """Set event handlers (`{"onclose": …}`). The returned function takes them off again."""
    proxies = {name: create_proxy(handler) for name, handler in handlers.items()}
    for name, proxy in proxies.items():
        setattr(target, name, proxy)

    def stop() -> None:
        for name, proxy in proxies.items():
            setattr(target, name, None)
            proxy.destroy()
        proxies.clear()

    return stop


def forever(handler: Callable[..., None]) -> Any:
    """A JS function that is never destroyed: for what is made once, and stays as long as Python."""
    return create_proxy(handler)


def to_array(values: Sequence[Any]) -> Any:
    """A JS array."""
    return to_js(list(values))


def to_buffer(data: bytes) -> Any:
    """A copy as Uint8Array."""
    return to_js(data)


async def is_complete(tx: Any) -> bool:
    """Wait until a transaction has ended; False where it was aborted."""
    ended = turns.Moment()
    key = tx.js_id
    _waiting[key] = ended
    tx.oncomplete = tx.onabort = _tell_end()
    try:
        return bool(await ended)
    finally:
        _waiting.pop(key, None)


_waiting: dict[int, turns.Moment] = {}
"""Who waits for the end of a transaction, by its `js_id`."""


@cache
def _tell_end() -> Any:
    """The one proxy that is never destroyed: to make one for each transaction takes longer than
    a small one does."""

    def tell(event: Any) -> None:
        if ended := _waiting.pop(event.target.js_id, None):
            ended.set(event.type == "complete")

    return create_proxy(tell)
