"""The same job in every runtime: in a worker, in the page, and without Python at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from inpage import COUNTERS, PRIORITIES, assert_law, rows, start, stored

JOB = """async () => {
  for (const priority of ["low", "normal", "high", "critical"]) {
    pyqueue.trace("job", { priority }, { priority, traceId: "one" });
  }
  await pyqueue.flush();
  return await pyqueue.metrics();
}"""

SHUTDOWN = """async () => {
  pyqueue.trace("last words");
  await pyqueue.shutdown();
  return [pyqueue.trace("too late"), await pyqueue.metrics()];
}"""

# A worker that hosts a client; what it is sent after that is its own.
OWN = """
import { start } from "/pyqueue/pyqueue.js";
onmessage = async ({ data: runtime }) => {
  if (runtime === "and you?") return postMessage("fine");
  const pq = start({ runtime });
  const ready = await pq.ready;
  pq.trace("in a worker");
  await pq.flush();
  const metrics = await pq.metrics();
  postMessage({ ready, metrics });
};"""

IN_WORKER = """async (runtime) => {
  const worker = new Worker("/own.js", { type: "module" });
  const next = () => new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  worker.postMessage(runtime);
  const told = await next();
  worker.postMessage("and you?");
  const answer = await next();
  worker.terminate();
  return { ...told, answer };
}"""

FRAME = """<script type="module">
  import { start } from "/pyqueue/pyqueue.js";
  const errors = [];
  addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
  const pq = start();
  pq.trace("in a sandbox");
  const ready = await pq.ready;
  const flush = await pq.flush().catch(String);
  await pq.recovered;
  dispatchEvent(new Event("pagehide"));
  const metrics = await pq.metrics({ tabs: true });
  const health = await pq.health();
  await pq.shutdown();
  parent.postMessage({ ready, flush, metrics, health, errors }, "*");
</script>"""

IN_SANDBOX = """async () => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.src = "/frame";
  const told = new Promise((resolve) => (window.onmessage = ({ data }) => resolve(data)));
  document.body.append(frame);
  return await told;
}"""

METRICS = {
    *COUNTERS,
    *("byPriority", "droppedByReason", "throughput", "avgLatency", "latencyP50", "latencyP99"),
    *("memoryUsage", "heap", "pressure", "batches", "fullBatches", "batchEfficiency", "dropRate"),
    *("breaker", "mode", "uptime"),
}


@pytest.mark.parametrize("runtime", ["worker", "dedicated", "page", "none"])
def test_traces_are_stored_counted_and_read_back(page: Page, runtime: str) -> None:
    ready = start(page, runtime=runtime)
    assert ready.keys() == {"runtime", "bootMs", "queue"}
    assert ready["runtime"] == runtime
    assert ready["queue"] == ("fifo" if runtime == "none" else "priority")
    assert ready["bootMs"] > 0

    metrics = page.evaluate(JOB)
    assert_keys(metrics)
    assert_law(metrics)
    assert metrics["offered"] == metrics["written"] == 4
    assert all(metrics["byPriority"][priority]["written"] == 1 for priority in PRIORITIES)
    assert metrics["batches"] >= 1
    assert metrics["memoryUsage"] == 0

    (account,) = rows(page, store="ledger")
    assert account["session"] == rows(page)[0]["session"]
    assert account["written"] == 4

    page.reload()
    start(page, runtime=runtime)
    found = page.evaluate("pyqueue.query({ traceId: 'one' })")
    assert found == stored(page)
    assert {trace["attributes"]["priority"] for trace in found} == set(PRIORITIES)

    late, metrics = page.evaluate(SHUTDOWN)
    assert stored(page)[-1]["name"] == "last words"
    assert late is None
    assert_law(metrics)
    assert (metrics["written"], metrics["queued"]) == (1, 0)
    assert metrics["droppedByReason"] == {"closed": 1}


def test_what_one_runtime_stored_another_reads(page: Page) -> None:
    start(page, runtime="none")
    page.evaluate(JOB)
    start(page, runtime="page")
    page.evaluate(JOB)
    with_python = page.evaluate("pyqueue.query()")
    start(page, runtime="none")
    assert len(with_python) == 8
    assert page.evaluate("pyqueue.query()") == with_python


def assert_keys(metrics: dict[str, Any]) -> None:
    assert metrics.keys() >= METRICS, METRICS - metrics.keys()
    for key in ("byPriority", "avgLatency", "latencyP50", "latencyP99"):
        assert list(metrics[key]) == PRIORITIES
    for key in [*metrics, *metrics["byPriority"]["high"]]:
        assert re.fullmatch("[a-z]+([A-Z][a-z0-9]*)*[0-9]*", key), f"{key} is not camelCase"


def test_in_a_worker_of_the_page_s_own_all_runtimes_work_and_leave_it_its_messages(
    page: Page,
) -> None:
    page.route("**/own.js", lambda route: route.fulfill(body=OWN, content_type="text/javascript"))
    page.goto("/blank.html")
    for runtime in ("none", "page", "worker"):
        told = page.evaluate(IN_WORKER, runtime)
        assert told["ready"]["runtime"] == runtime
        assert_law(told["metrics"])
        assert told["metrics"]["written"] == 1
        assert told["answer"] == "fine"
    assert len(stored(page)) == 3


def test_in_a_sandbox_nothing_is_kept_nothing_is_thrown_and_the_account_is_right(
    page: Page,
) -> None:
    shared = {"access-control-allow-origin": "*"}
    page.route(
        "**/pyqueue/*.js",
        lambda route: route.fulfill(response=(got := route.fetch()), headers=got.headers | shared),
    )
    page.route("**/frame", lambda route: route.fulfill(body=FRAME, content_type="text/html"))
    page.goto("/blank.html")
    told = page.evaluate(IN_SANDBOX)
    assert told["errors"] == []
    assert told["ready"]["runtime"] == "none"
    assert "FlushError" in told["flush"]
    assert told["health"]["grade"] == "unhealthy"
    assert_law(told["metrics"])


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_what_is_traced_while_it_shuts_down_is_stored_or_refused(page: Page, runtime: str) -> None:
    start(page, runtime=runtime, journal=0)
    accepted = page.evaluate("""async () => {
      const ids = [];
      const offer = pyqueue.trace.bind(pyqueue);
      const trace = () => ids.push(offer("late"));
      for (let n = 0; n < 300; n += 1) trace();
      const ended = pyqueue.shutdown();
      for (let isOver = ended.then(() => true); ; ) {
        trace();
        const pause = new Promise(requestAnimationFrame);
        if ((await Promise.race([isOver, pause])) === true) break;
      }
      trace();
      return ids.filter(Boolean).length;
    }""")
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert accepted == metrics["accepted"] == metrics["written"] == 300
    assert metrics["droppedByReason"]["closed"] > 0
