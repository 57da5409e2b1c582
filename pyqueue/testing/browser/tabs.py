"""Tabs, workers and browsers that end without a word.

Processes are ended with SIGKILL, by their id: no handler runs, nothing is flushed. That needs
Chromium, started by this test on this machine.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .shared import shared_workers

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


def two_tabs(context: BrowserContext, url: str) -> tuple[Page, Page]:
    """Two pages of one origin, side by side."""
    first, second = context.new_page(), context.new_page()
    first.goto(url)
    second.goto(url)
    return first, second


def renderer_pid(page: Page) -> int:
    """The process that runs the page, its workers, and pages that it opened with `window.open`."""
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    # Nothing else in the protocol tells which of the browser's processes is a page's.
    timeline = {"includedCategories": ["disabled-by-default-devtools.timeline"]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": timeline})
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(5)  # lets the events in
    session.detach()
    (started,) = [event for event in events if event["name"] == "TracingStartedInBrowser"]
    frames = started["args"]["data"]["frames"]
    return next(int(frame["processId"]) for frame in frames if frame["isOutermostMainFrame"])


def crash_tab(page: Page, pid: int | None = None) -> None:
    """Kill the page's renderer; returns when the browser has noticed. The page can only be closed.

    Finding the process takes some 100 ms: where the moment matters, ask `renderer_pid` before.
    """
    pid = pid or renderer_pid(page)
    with page.expect_event("crash"):
        os.kill(pid, signal.SIGKILL)


def kill_worker(page: Page, url: str = "") -> int:
    """End the page's workers whose URL contains `url`, those that it shares with others too; no
    page is told anything. Returns how many.

    A worker ends between two tasks: what it is doing is done, what waits for it is not. Chromium
    only: elsewhere Playwright does not reach into workers.
    """
    from playwright.sync_api import Error

    workers = [worker for worker in page.workers if url in worker.url]
    for worker in workers:
        with worker.expect_event("close"), suppress(Error):  # it may be gone before it can answer
            worker.evaluate("self.close()")
    shared = shared_workers(page, url)
    for one in shared:
        one.close()
    return len(workers) + len(shared)


def kill_browser(context: BrowserContext) -> None:
    """Kill the whole browser; returns when it is gone. What is in a profile on disk stays there."""
    browser = context.browser
    if browser is None:
        raise ValueError("the context belongs to no browser process")
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    (pid,) = [process["id"] for process in processes if process["type"] == "browser"]
    with context.expect_event("close"):
        os.kill(pid, signal.SIGKILL)
