"""A tool that looks at a page from outside, as the DevTools panel does: by texts of JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

HOOK = 'globalThis[Symbol.for("pyqueue.devtools")]'
WATCH = f"async () => void (await {HOOK}.clients[0].self.watch())"
READ = f"(cursor) => JSON.stringify({HOOK}.read(cursor))"
ASK = f"([client, what, args, cursor]) => {HOOK}.ask(client, what, args, cursor)"


class Tool:
    """What it has seen so far: `events`, oldest first, `answers` by ticket, the last `clients`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cursor: dict[str, Any] | None = None
        self.clients: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.answers: dict[int, list[dict[str, Any]]] = {}
        self.missed = 0
        page.evaluate(WATCH)
        self.read()

    def read(self) -> dict[str, Any]:
        seen: dict[str, Any] = json.loads(self.page.evaluate(READ, self.cursor))
        self.cursor, self.clients = seen["cursor"], seen["clients"]
        self.events += seen["events"]
        self.missed += seen["missed"]
        for answer in seen["answers"]:
            self.answers.setdefault(answer["ticket"], []).append(answer)
        return seen

    def until(self, is_seen: Callable[[], Any], timeout: float = 20) -> Any:
        """Reads until the condition holds; gives what it gave, or fails."""
        deadline = time.monotonic() + timeout
        while not (found := is_seen()):
            assert time.monotonic() < deadline, f"not seen: {self.events[-5:]} {self.answers}"
            self.page.evaluate("new Promise(requestAnimationFrame)")
            self.read()
        return found

    def kinds(self) -> set[str]:
        return {event["type"] for event in self.events}

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def start(self, what: str, client: str | None = None, **args: Any) -> int:
        """Asks the first client, or this one, and gives the ticket."""
        id = client or self.clients[0]["id"]
        ticket: int = self.page.evaluate(ASK, [id, what, args, self.cursor])
        return ticket

    def end(self, ticket: int) -> dict[str, Any]:
        """The last answer."""
        last: dict[str, Any] = self.until(
            lambda: next((a for a in self.answers.get(ticket, []) if a["done"]), None)
        )
        return last

    def ask(self, what: str, **args: Any) -> Any:
        answer = self.end(self.start(what, **args))
        assert "error" not in answer, answer
        return answer["value"]

    def refused(self, what: str, **args: Any) -> str:
        error: str = self.end(self.start(what, **args))["error"]
        return error
