"""Where Python can't be loaded, the page traces all the same and is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from hosting import Host
from inpage import START, assert_law, metrics_when, rows, start, stored

NO_DATABASE = """() => {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => { throw new DOMException("not now", "UnknownError"); };
  globalThis.mend = () => { IDBFactory.prototype.open = open; };
}"""

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


def test_the_snapshot_is_all_that_python_needs_to_boot(
    page: Page, serve: Callable[..., Host]
) -> None:
    without = ["/pyqueue/page/pyqueue.tar.gz", "/pyqueue/pyodide/python_stdlib.zip"]
    page.goto(serve(blocked=without).url + "/blank.html")
    assert page.evaluate(VISIT, {"runtime": "worker"})["ready"]["runtime"] == "worker"


@pytest.mark.expects_console_errors(r"status of 404")
def test_without_the_snapshot_python_only_takes_longer(
    page: Page, serve: Callable[..., Host]
) -> None:
    page.goto(serve(blocked=["/pyqueue/page/pyqueue.snapshot"]).url + "/blank.html")
    visit = page.evaluate(VISIT, {"runtime": "worker"})
    assert visit["ready"]["runtime"] == "worker"
    assert [trace["name"] for trace in visit["read"]] == ["before", "after"]


def test_what_a_broken_database_does_not_take_is_bounded(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate(NO_DATABASE)
    page.evaluate(START, {"runtime": "none", "budget": 20_000})
    metrics = page.evaluate("""async () => {
      for (let n = 0; n < 1200; n += 1) {
        pyqueue.trace("row", { n });
        if (n % 40 === 0) await pyqueue.flush().catch(() => {});
      }
      return pyqueue.metrics();
    }""")
    assert_law(metrics)
    assert metrics["inFlight"] + metrics["queued"] < 500
    page.evaluate("mend()")
    metrics = metrics_when(page, lambda metrics: not metrics["inFlight"] + metrics["queued"])
    assert len(stored(page)) == metrics["written"] > 100


def test_what_was_given_up_for_want_of_consent_is_not_in_the_account_as_written(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate(NO_DATABASE)
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("""async () => {
      for (let n = 0; n < 40; n += 1) pyqueue.trace("given up", { n });
      await pyqueue.flush().catch(() => {});
      pyqueue.setConsent(false);
      mend();
      pyqueue.setConsent(true);
      for (let n = 0; n < 10; n += 1) pyqueue.trace("kept", { n });
      await pyqueue.flush();
    }""")
    assert [trace["name"] for trace in stored(page)] == ["kept"] * 10
    assert_law(page.evaluate("pyqueue.metrics()"))
    (account,) = [one for one in rows(page, store="ledger") if one["offered"]]
    assert (account["accepted"], account["written"], account["evicted"]) == (50, 10, 40)


def test_what_waits_can_be_cancelled(page: Page) -> None:
    start(page, runtime="none")
    assert page.evaluate("""async () => {
      const id = pyqueue.trace("mistake");
      return [await pyqueue.status(id), await pyqueue.cancel(id), await pyqueue.status(id)];
    }""") == ["queued", True, "unknown"]
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["cancelled"] == 1
