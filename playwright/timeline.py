"""What a page and its workers do, as Chromium's tracing sees it: no timer, no call escapes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
MEASURES = ["blink.user_timing"]
THREADS = {
    "CrRendererMain": "page",
    "DedicatedWorker thread": "worker",
    "SharedWorker thread": "worker",
}


class Timeline:
    """Records from when it is made until `stop()`."""

    def __init__(self, page: Page, categories: Sequence[str] = CATEGORIES) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)
        self._events: list[dict[str, Any]] = []
        self._is_complete = False
        self._cdp.on("Tracing.dataCollected", lambda told: self._events.extend(told["value"]))
        self._cdp.on("Tracing.tracingComplete", self._complete)
        config = {"includedCategories": list(categories), "excludedCategories": ["*"]}
        self._cdp.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})

    def mark(self, name: str) -> None:
        """A moment by which to divide what happened."""
        self._page.evaluate("(name) => console.timeStamp(name)", name)

    def stop(self) -> None:
        self._cdp.send("Tracing.end")
        while not self._is_complete:
            self._page.wait_for_timeout(5)  # lets the events in
        self._events.sort(key=lambda event: event["ts"])

    def measures(self) -> list[tuple[str, dict[str, Any]]]:
        """What `performance.measure` noted while recorded, of any process: name, and detail."""
        found = [event for event in self._events if "detail" in event.get("args", {})]
        return [(event["name"], json.loads(event["args"]["detail"])) for event in found]

    def counts(self, since: str, until: str) -> Counter[tuple[str, str]]:
        """How often what happened between two marks, by thread and name of the event: `TimerFire`,
        `FunctionCall` (JavaScript was entered), `HandlePostMessage` …"""
        first, last = self._moment(since)["ts"], self._moment(until)["ts"]
        names = self._threads(since)
        return Counter(
            (names[event["tid"]], event["name"])
            for event in self._of_page(since)
            if event["tid"] in names and first < event["ts"] < last
        )

    def longest_task(self, since: str, until: str) -> float:
        """ms that the page's longest task between two marks was at work; what other processes took
        of the processor meanwhile does not count."""
        first, last = self._moment(since), self._moment(until)
        times = [
            event["tdur"] / 1_000
            for event in self._of_page(since)
            if event["name"] == "RunTask"
            and "tdur" in event  # else it had not ended
            and event["tid"] == first["tid"]
            and first["ts"] < event["ts"] < last["ts"]
        ]
        return max(times)

    def pending(self, mark: str) -> list[tuple[str, float]]:
        """Timers that were armed at a mark: thread and delay in ms."""
        names, last = self._threads(mark), self._moment(mark)["ts"]
        armed: dict[tuple[int, int], dict[str, Any]] = {}
        for event in self._of_page(mark):
            if event["name"] not in ("TimerInstall", "TimerRemove", "TimerFire"):
                continue
            timer = event["args"]["data"]
            key = event["tid"], timer["timerId"]
            if event["ts"] > last:
                break
            if event["name"] == "TimerInstall":
                armed[key] = timer
            elif event["name"] == "TimerRemove" or armed.get(key, timer).get("singleShot"):
                armed.pop(key, None)
        return [(names[thread], timer["timeout"]) for (thread, _), timer in armed.items()]

    def _complete(self, _: Any) -> None:
        self._is_complete = True

    def _moment(self, mark: str) -> dict[str, Any]:
        return next(
            event
            for event in self._events
            if event["name"] == "TimeStamp" and event["args"]["data"]["message"] == mark
        )

    def _of_page(self, mark: str) -> list[dict[str, Any]]:
        """What happened in the process in which the mark was made."""
        process = self._moment(mark)["pid"]
        return [event for event in self._events if event["pid"] == process]

    def _threads(self, mark: str) -> dict[int, str]:
        return {
            event["tid"]: THREADS[event["args"]["name"]]
            for event in self._of_page(mark)
            if event["name"] == "thread_name" and event["args"]["name"] in THREADS
        }
