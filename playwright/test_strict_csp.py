"""Under the strictest useful policy all works, and the page asks nobody but its own origin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from hosting import Host
from inpage import START, assert_law

STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"

WORK = """async (name) => {
  for (let n = 0; n < 300; n += 1) pyqueue.trace(name, { n }, { priority: n % 4 });
  await pyqueue.flush();
  await pyqueue.query({ name, limit: 1 });
  return await pyqueue.metrics();
}"""


# What a shared worker asks for, Playwright does not see.
@pytest.mark.parametrize("runtime", ["dedicated", "page"])
def test_all_works_from_its_own_origin_and_then_asks_for_nothing(
    page: Page, serve: Callable[..., Host], runtime: str
) -> None:
    host = serve(csp=STRICT)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(host.url + "/blank.html")

    # A config brings pydantic in, through micropip.
    ready = page.evaluate(START, {"runtime": runtime, "config": {"maxBatchSize": 50}})
    metrics = page.evaluate(WORK, "first")
    assert ready["runtime"] == runtime
    assert_law(metrics)
    assert metrics["written"] == 300
    assert metrics["batches"] >= 300 / 50

    assert any(url.endswith("pyodide.asm.wasm") for url in asked), "requests went unseen"
    assert any("pydantic_core" in url for url in asked)
    assert [url for url in asked if not url.startswith(host.url + "/")] == []

    before = len(asked)
    page.evaluate(WORK, "second")
    assert asked[before:] == [], "asked for something while at work"


@pytest.mark.parametrize("allowed", ["", "; trusted-types pyqueue"])
def test_where_scripts_must_be_trusted_python_runs_in_its_worker(
    page: Page, serve: Callable[..., Host], allowed: str
) -> None:
    host = serve(csp=f"{STRICT}; require-trusted-types-for 'script'{allowed}")
    page.goto(host.url + "/blank.html")
    assert page.evaluate(START)["runtime"] == "worker"
