"""IndexedDB that fails on demand, in a page, a frame or a worker."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame, Page, Route, Worker

    from .shared import SharedWorker

INDEXEDDB_FAULTS = (
    "missing",
    "open throws",
    "open fails",
    "open blocked",
    "connection closing",
    "transaction inactive",
    "write aborts",
    "quota",
    "closes",
    "slow",
)
"""What `break_indexeddb` knows; README.md tells what the page sees of each."""


def break_indexeddb(
    where: Page | Frame | Worker | SharedWorker,
    fault: str,
    *,
    times: int | None = None,
    delay: float = 1_000,
) -> None:
    """Add a fault, from now on: for the next `times` operations, or until it is repaired.

    A worker has an IndexedDB of its own: name it, as in `break_indexeddb(page.workers[0], …)`, or
    `shared_workers(page)[0]`.
    `delay`, in ms, is for "slow". Raises ValueError for an unknown fault.
    """
    where.evaluate(_script(), _command(fault, times, delay))


def break_indexeddb_from_the_start(
    where: Page | BrowserContext, fault: str, *, times: int | None = None, delay: float = 1_000
) -> None:
    """The same in every page that is opened from now on, before its first script runs."""
    where.add_init_script(_call(fault, times, delay))


def break_indexeddb_in_workers(
    where: Page | BrowserContext,
    script: str,
    fault: str,
    *,
    times: int | None = None,
    delay: float = 1_000,
) -> None:
    """The same in every worker that is started from a URL like `script`, before its first line."""

    def prefix(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=_call(fault, times, delay) + response.text())

    where.route(script, prefix)


def repair_indexeddb(where: Page | Frame | Worker | SharedWorker) -> int:
    """Take all faults back. Returns how often they struck."""
    struck: int = where.evaluate(_script(), None)
    return struck


@cache
def _script() -> str:
    return files(__package__).joinpath("faults.js").read_text(encoding="utf-8")


def _call(fault: str, times: int | None, delay: float) -> str:
    return f"(\n{_script()})({json.dumps(_command(fault, times, delay))});\n"


def _command(fault: str, times: int | None, delay: float) -> dict[str, Any]:
    if fault not in INDEXEDDB_FAULTS:
        raise ValueError(f"fault must be one of {INDEXEDDB_FAULTS}, not {fault!r}")
    return {"fault": fault, "times": times, "delay": delay}
