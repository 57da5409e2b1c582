"""The heaps of a page and of its workers, by the DevTools protocol."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession, Page

from pyqueue.testing.browser import shared_workers


class Heaps:
    """Of a page whose workers are up."""

    def __init__(self, page: Page, cdp: CDPSession) -> None:
        self._page = page
        self._cdp = cdp
        self._workers: list[str] = []
        self._answers: dict[int, Any] = {}
        self._asked = 0
        cdp.on("Target.attachedToTarget", lambda event: self._workers.append(event["sessionId"]))
        cdp.on("Target.receivedMessageFromTarget", self._receive)
        # Not flat: Playwright gives no session of a worker.
        follow = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        cdp.send("Target.setAutoAttach", follow)
        self._shared = shared_workers(page)

    def read(self) -> dict[str, float]:
        """MiB of live JS objects, and of buffers outside of the JS heaps: WebAssembly's memory."""
        self._ask_all("HeapProfiler.collectGarbage")
        usages = self._ask_all("Runtime.getHeapUsage")
        return {
            "js": sum(usage["usedSize"] for usage in usages) / 2**20,
            "wasm": sum(usage["backingStorageSize"] for usage in usages) / 2**20,
        }

    def _ask_all(self, method: str) -> list[Any]:
        own = [self._ask(worker, method) for worker in self._workers]
        return [self._cdp.send(method), *own, *(worker.send(method) for worker in self._shared)]

    def _ask(self, worker: str, method: str) -> Any:
        self._asked += 1
        message = json.dumps({"id": self._asked, "method": method})
        self._cdp.send("Target.sendMessageToTarget", {"sessionId": worker, "message": message})
        while self._asked not in self._answers:
            self._page.wait_for_timeout(5)  # lets the events in
        return self._answers.pop(self._asked)

    def _receive(self, event: Any) -> None:
        answer = json.loads(event["message"])
        if "id" in answer:
            self._answers[answer["id"]] = answer.get("result")
