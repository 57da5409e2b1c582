"""Shared workers, which Playwright does not show: Chromium's DevTools protocol reaches them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

CALL = """(() => {
  const it = (%s);
  return typeof it === "function" ? it(%s) : it;
})()"""


class SharedWorker:
    """One that runs, as far as a test needs it: what takes a `Worker` and only evaluates in it,
    such as `break_indexeddb`, takes this too."""

    def __init__(self, page: Page, browser: CDPSession, target: dict[str, Any]) -> None:
        self.url: str = target["url"]
        self.name: str = target["title"]
        self._page = page
        self._browser = browser
        self._target: str = target["targetId"]
        self._answers: list[dict[str, Any]] = []
        self._session = ""
        browser.on("Target.receivedMessageFromTarget", self._receive)
        # Not flat: Playwright gives no session of it.
        attach = {"targetId": self._target, "flatten": False}
        self._session = browser.send("Target.attachToTarget", attach)["sessionId"]

    def __repr__(self) -> str:
        return f"<SharedWorker {self.name!r} {self.url}>"

    def evaluate(self, expression: str, arg: object = None) -> Any:
        """As `Worker.evaluate`, for what JSON can carry. Raises RuntimeError where it throws."""
        answer = self.send(
            "Runtime.evaluate",
            {
                "expression": CALL % (expression, json.dumps(arg)),
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["result"].get("description", answer["exceptionDetails"]))
        return answer["result"].get("value")

    def send(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command of the DevTools protocol."""
        self._answers.clear()
        self._post(method, params or {})
        while not self._answers:
            self._page.wait_for_timeout(5)  # lets the events in
        answer = self._answers.pop()
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    def set_offline(self, offline: bool) -> None:
        """As `BrowserContext.set_offline`, which does not reach it."""
        unlimited = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.send("Network.enable")
        self.send("Network.emulateNetworkConditions", {"offline": offline, **unlimited})

    def close(self) -> None:
        """End it between two tasks, as `kill_worker` does; its pages are told nothing."""
        self._post("Runtime.evaluate", {"expression": "self.close()"})
        while self._target in {target["targetId"] for target in _targets(self._browser)}:
            self._page.wait_for_timeout(5)

    def _post(self, method: str, params: dict[str, Any]) -> None:
        message = json.dumps({"id": 1, "method": method, "params": params})
        self._browser.send(
            "Target.sendMessageToTarget", {"sessionId": self._session, "message": message}
        )

    def _receive(self, event: dict[str, Any]) -> None:
        answer = json.loads(event["message"])
        if event["sessionId"] == self._session and "id" in answer:
            self._answers.append(answer)


def shared_workers(page: Page, url: str = "") -> list[SharedWorker]:
    """Those of the page's browser context whose URL contains `url`; other pages may use them too.
    Chromium only."""
    browser = page.context.browser
    if browser is None:
        raise ValueError("the page belongs to no browser process")
    session = page.context.new_cdp_session(page)
    context = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    session.detach()
    cdp = browser.new_browser_cdp_session()
    return [
        SharedWorker(page, cdp, target)
        for target in _targets(cdp)
        if target["browserContextId"] == context and url in target["url"]
    ]


def _targets(browser: CDPSession) -> list[dict[str, Any]]:
    every: dict[str, Any] = {"filter": [{"type": "shared_worker"}]}
    infos: list[dict[str, Any]] = browser.send("Target.getTargets", every)["targetInfos"]
    return infos
