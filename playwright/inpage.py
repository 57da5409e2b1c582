"""pyqueue in a test's page, and what really lies in its IndexedDB.

The database is read with plain IndexedDB calls: nothing of pyqueue vouches for itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Worker

from pyqueue.testing.browser import SharedWorker, shared_workers

PRIORITIES = ["critical", "high", "normal", "low"]
COUNTERS = [
    *("offered", "accepted", "refused", "evicted", "cancelled", "written"),
    *("dead", "queued", "inFlight", "retrying", "failures"),
]

START = """async (options) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  return await start(options).ready;
}"""

READ_STORE = """async ([name, store]) => {
  const open = indexedDB.open(name);
  open.onupgradeneeded = () => open.transaction.abort(); // not there yet: it is not ours to create
  const db = await new Promise((resolve) => {
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => resolve(null);
  });
  if (!db) return [];
  const all = db.transaction(store).objectStore(store).getAll();
  await new Promise((resolve) => (all.onsuccess = resolve));
  db.close();
  return all.result;
}"""


def start(page: Page, path: str = "/blank.html", **options: Any) -> dict[str, Any]:
    """Opens the page, starts a client there (`pyqueue` for its scripts), gives what `ready` did."""
    page.goto(path)
    return page.evaluate(START, options)


def workers(page: Page) -> list[Worker | SharedWorker]:
    """Those in which Python runs for the page, its own or shared. Chromium only."""
    return [*page.workers, *shared_workers(page, "/pyqueue/")]


def rows(page: Page, database: str = "pyqueue", store: str = "segments") -> list[dict[str, Any]]:
    """The store's rows as they are; segments in the order in which they were sealed."""
    found = page.evaluate(READ_STORE, [database, store])
    return sorted(found, key=lambda row: (row["session"], row.get("seqFirst", 0)))


def stored(page: Page, database: str = "pyqueue") -> list[dict[str, Any]]:
    """Every stored trace, in order."""
    return [trace for row in rows(page, database) for trace in json.loads(row["data"])]


def metrics_when(
    page: Page, condition: Callable[[dict[str, Any]], bool], timeout: float = 20
) -> dict[str, Any]:
    """The first metrics for which the condition holds; the last ones seen when it never does."""
    deadline = time.monotonic() + timeout
    while True:
        metrics = page.evaluate("pyqueue.metrics()")
        if condition(metrics) or time.monotonic() > deadline:
            return metrics
        page.evaluate("new Promise(requestAnimationFrame)")


def assert_law(metrics: dict[str, Any]) -> None:
    """Nothing is lost without being counted: for each priority, and so in total."""
    for counts in (metrics, *metrics["byPriority"].values()):
        fates = ("written", "evicted", "cancelled", "dead", "queued", "inFlight", "retrying")
        assert counts["offered"] == counts["refused"] + counts["accepted"], counts
        assert counts["accepted"] == sum(counts[fate] for fate in fates), counts
    for counter in COUNTERS:
        split = [counts[counter] for counts in metrics["byPriority"].values()]
        assert metrics[counter] == sum(split), f"{counter}: {metrics[counter]} is not {split}"


@contextmanager
def shared_page(chromium: Browser, url: str) -> Iterator[Page]:
    """A page for several tests that only read; it guards its console like the `page` fixture."""
    errors: list[str] = []
    context = chromium.new_context(base_url=url)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda message: message.type == "error" and errors.append(message.text))
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield context.new_page()
    context.close()
    assert not errors, errors
