"""Nothing traced while Python boots is lost, late or changed."""

from __future__ import annotations

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
