"""Where Python can't be loaded, the page traces all the same and is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from hosting import Host
from inpage import assert_law, stored

NO_WASM = "default-src 'self'; script-src 'self'"

VISIT = """async (options) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const events = [];
  const pq = start(options);
  pq.on("error", ({ error }) => events.push(error));
  pq.trace("before", { n: 1 });
  const ready = await pq.ready;
  pq.trace("after", { n: 2 }, { priority: "critical" });
  await pq.flush();
  return { ready, events, metrics: await pq.metrics(), read: await pq.query() };
}"""


@pytest.mark.timeout(40)  # `ready` that never settles is a failure, too
@pytest.mark.expects_console_errors(
    r"status of 404", r"WebAssembly.*Content Security Policy|Content Security Policy.*WebAssembly"
)
@pytest.mark.parametrize("runtime", ["worker", "page"])
@pytest.mark.parametrize(
    "missing",
    [
        {"blocked": ["/pyqueue/worker.js"]},
        {"blocked": ["/pyqueue/pyodide/pyodide.mjs"]},
        {"blocked": ["/pyqueue/pyodide/pyodide.asm.wasm"]},
        {"blocked": ["/pyqueue/page/pyqueue.snapshot", "/pyqueue/page/pyqueue.tar.gz"]},
        {"csp": NO_WASM},
    ],
    ids=["worker.js", "pyodide.mjs", "wasm", "our package", "csp"],
)
def test_without_python_traces_are_stored_and_read_back(
    page: Page, serve: Callable[..., Host], missing: dict[str, object], runtime: str
) -> None:
    page.goto(serve(**missing).url + "/blank.html")
    visit = page.evaluate(VISIT, {"runtime": runtime})

    assert visit["ready"]["runtime"] == "none"
    assert visit["ready"]["queue"] == "fifo"
    assert visit["ready"]["error"]
    assert visit["events"] == [visit["ready"]["error"]]
    assert [trace["name"] for trace in visit["read"]] == ["before", "after"]
    assert stored(page) == visit["read"]
    assert_law(visit["metrics"])
    assert visit["metrics"]["written"] == 2
    assert visit["metrics"]["mode"] == "fifo"


@pytest.mark.expects_console_errors(r"status of 404")
def test_without_the_snapshot_python_only_takes_longer(
    page: Page, serve: Callable[..., Host]
) -> None:
    page.goto(serve(blocked=["/pyqueue/page/pyqueue.snapshot"]).url + "/blank.html")
    visit = page.evaluate(VISIT, {"runtime": "worker"})
    assert visit["ready"]["runtime"] == "worker"
    assert [trace["name"] for trace in visit["read"]] == ["before", "after"]
