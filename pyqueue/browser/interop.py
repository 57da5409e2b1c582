"""JavaScript from Python: every proxy that pyqueue makes is made, and destroyed, in this file.

A proxy that is not destroyed is never freed. And Python resumes from an `await` in a later task
than the event that it awaited, so nothing here awaits inside an IndexedDB transaction: requests
are issued in one go, and `outcome` awaits the end of the transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import js
import pyodide_js
from pyodide.ffi import JsException, create_proxy, to_js

__all__ = ["JsException", "forever", "install", "listen", "outcome", "to_array", "to_object"]


async def install(package: str) -> None:
    """Load a package and what it needs, from where Pyodide's lock file says."""
    await pyodide_js.loadPackage("micropip")
    import micropip

    await micropip.install(package)


def to_object(value: Mapping[str, Any]) -> Any:
    """A plain JS object, its lists as arrays."""
    return to_js(value, dict_converter=js.Object.fromEntries)


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


async def outcome(target: Any, success: str, *failures: str) -> str:
    """Wait until one of these events fires at `target`; its name, with "on"."""
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def settle(event: Any) -> None:
        if not future.done():
            future.set_result(f"on{event.type}")

    stop = listen(target, dict.fromkeys((success, *failures), settle))
    try:
        return await future
    finally:
        stop()
