"""DevTools' console shows a trace and a client as what they are, once a tool has come."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import CDPSession, Page

from inpage import start
from tool import Tool


def preview(cdp: CDPSession, expression: str) -> str | None:
    """The texts that the console shows for a value, as the browser's own inspector makes them."""
    options = {"expression": expression, "awaitPromise": True, "generatePreview": True}
    found: dict[str, Any] = cdp.send("Runtime.evaluate", options)["result"]
    shown = found.get("customPreview")
    return "".join(texts(json.loads(shown["header"]))) if shown else None


def texts(markup: Any) -> list[str]:
    if isinstance(markup, str):
        return [markup]
    return [text for child in markup[2:] for text in texts(child)]


def test_a_trace_and_a_client_are_shown_as_what_they_are_and_nothing_else_is(page: Page) -> None:
    start(page, runtime="none")
    Tool(page)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Runtime.enable")
    cdp.send("Runtime.setCustomObjectFormatterEnabled", {"enabled": True})
    page.evaluate("""() => {
      pyqueue.trace("save", { n: 1 }, { duration: 12.3456, status: "error" });
      globalThis.loud = { get id() { throw new Error("touched"); }, name: "a" };
    }""")
    trace = "pyqueue.query().then(([trace]) => trace)"
    assert preview(cdp, trace) == "● save critical 12.35 ms error"
    assert str(preview(cdp, "pyqueue")).startswith("pyqueue pyqueue, none, spool ")
    for other in ("loud", "({})", "[]", "document", "({ id: 'a', name: 'b', priority: 'high' })"):
        assert preview(cdp, other) is None
    body = page.evaluate("""async () => {
      const [trace] = await pyqueue.query();
      const [traces, clients] = devtoolsFormatters;
      return JSON.stringify([traces.body(trace), clients.body(pyqueue)]);
    }""")
    assert '"attributes: "' in body
    assert '"taken: "' in body
