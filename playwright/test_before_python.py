"""Nothing traced while Python boots is lost, late or changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import assert_law, rows, stored

# Python takes seconds; everything here is over before.
WHILE_BOOTING = """async () => {
  const clock = () => performance.timeOrigin + performance.now();
  const { start } = await import("/pyqueue/pyqueue.js");
  const result = { up: false, moments: [] };
  const note = (name, attributes) => {
    const before = clock();
    pq.trace(name, attributes);
    result.moments.push([before, clock()]);
  };
  const pq = start();
  pq.ready.then(() => (result.up = true));
  const attributes = { state: "as it was", list: [1] };
  note("first", attributes);
  attributes.state = "changed later";
  attributes.list.push(2);
  await pq.flush();
  result.upAfterFlush = result.up;
  note("second", {});
  return result;
}"""

TRACE = """([name, count]) => Array.from({ length: count }, (_, i) =>
  pyqueue.trace(name, { i }, { priority: i % 4 }))"""

# Only the page's: a worker has an IDBFactory of its own.
NO_DATABASE = """() => {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => { throw new DOMException("not now", "UnknownError"); };
  globalThis.mend = () => { IDBFactory.prototype.open = open; };
}"""

SHUT_DOWN = """async ([runtime, wait]) => {
  globalThis.BACK = { persisted: true };
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ runtime });
  pq.trace("first");
  if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
  await pq.shutdown();
}"""

SAMPLE_UNTIL_READY = """async () => {
  const samples = [];
  let up = false;
  pyqueue.ready.then(() => (up = true));
  while (!up) {
    pyqueue.trace("while.booting", {}, { priority: samples.length % 4 });
    samples.push(await pyqueue.metrics());
    await new Promise(requestAnimationFrame);
  }
  samples.push(await pyqueue.metrics());
  return samples;
}"""


def test_traces_made_while_booting_keep_their_time_and_content(page: Page) -> None:
    page.goto("/blank.html")
    result = page.evaluate(WHILE_BOOTING)
    assert not result["upAfterFlush"], "flush() waited for Python"
    page.evaluate("async () => { await pyqueue.ready; await pyqueue.flush(); }")

    first, second = stored(page)
    assert [first["name"], second["name"]] == ["first", "second"]
    assert first["attributes"] == {"state": "as it was", "list": [1]}
    for trace, (before, after) in zip((first, second), result["moments"], strict=True):
        assert before - 0.001 <= trace["timestamp"] <= after + 0.001


def test_flush_makes_them_durable_without_waiting_for_python(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate(WHILE_BOOTING)
    up = page.evaluate("Promise.race([pyqueue.ready.then(() => true), false])")

    (row,) = rows(page)  # what came after the flush still waits
    assert not up
    assert row["count"] == 1
    assert '"first"' in row["data"]

    page.reload()  # and is there even if Python never was
    assert [trace["name"] for trace in stored(page)][:1] == ["first"]


def test_the_account_is_right_at_every_moment_of_the_boot(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate('async () => { const { start } = await import("/pyqueue/pyqueue.js"); start(); }')
    samples = page.evaluate(SAMPLE_UNTIL_READY)

    for number, metrics in enumerate(samples[:-1], 1):
        assert_law(metrics)
        assert metrics["offered"] == number
    assert_law(samples[-1])
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == len(samples) - 1


def test_traces_of_the_first_tick_arrive_without_anyone_waiting(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      globalThis.drained = new Promise((resolve) => start().on("drained", resolve));
      for (let n = 0; n < 20; n += 1) pyqueue.trace("first.tick", { n });
      await drained;
    }""")
    assert [trace["attributes"]["n"] for trace in stored(page)] == list(range(20))


def test_a_flush_also_waits_for_what_could_not_be_written_before_python_was_up(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate(NO_DATABASE)
    page.evaluate('async () => { const { start } = await import("/pyqueue/pyqueue.js"); start(); }')
    ids = page.evaluate(TRACE, ["early", 8])
    assert "FlushError" in page.evaluate("pyqueue.flush().catch(String)")
    page.evaluate("pyqueue.ready")  # its worker has a database
    ids += page.evaluate(TRACE, ["late", 8])
    assert "FlushError" in page.evaluate("pyqueue.flush().then(() => 'durable', String)")
    page.evaluate("mend()")
    page.evaluate("pyqueue.flush()")
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)
    assert_law(page.evaluate("pyqueue.metrics()"))


@pytest.mark.timeout(60)  # a promise that never settles is a failure, too
@pytest.mark.parametrize("runtime", ["worker", "dedicated", "page"])
@pytest.mark.parametrize("wait", [0, 150])
def test_a_client_that_is_shut_down_while_python_boots_stays_so(
    page: Page, runtime: str, wait: int
) -> None:
    page.goto("/blank.html")
    page.evaluate(SHUT_DOWN, [runtime, wait])
    assert page.evaluate("pyqueue.ready")["runtime"] == "none"
    page.evaluate("pyqueue.recovered")
    assert [trace["name"] for trace in page.evaluate("pyqueue.query()")] == ["first"]
    page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow', BACK)); }")
    assert page.evaluate("pyqueue.trace('late')") is None
    assert_law(page.evaluate("pyqueue.metrics()"))
    for worker in page.workers:  # what was terminated may take a moment to go
        with worker.expect_event("close"):
            pass
    held = page.evaluate("navigator.locks.query().then(({ held }) => held.map(({ name }) => name))")
    assert [name for name in held if not name.startswith("pyqueue/worker/")] == []
