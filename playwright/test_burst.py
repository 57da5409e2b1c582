"""Ten thousand traces in one tick, with default settings: all stored, memory in budget."""

from __future__ import annotations

from playwright.sync_api import Page

from inpage import assert_law, rows, start

COUNT = 10_000
BUDGET = 5 * 1024 * 1024

BURST = """(count) => {
  const payload = "The quick brown fox jumps over it. ".repeat(10);
  for (let n = 1; n < count; n += 1) {
    pyqueue.trace("burst", { n, payload }, { priority: ["low", "normal", "high"][n % 3] });
  }
  pyqueue.trace("burst", { n: count, payload }, { priority: "critical" }); // the last of all
}"""

WATCH_IT_DRAIN = """async () => {
  const samples = [];
  for (;;) {
    const metrics = await pyqueue.metrics();
    samples.push(metrics);
    if (metrics.queued + metrics.inFlight + metrics.retrying === 0) return samples;
  }
}"""


def test_a_burst_of_ten_thousand_is_stored_whole(page: Page) -> None:
    start(page)
    page.evaluate("pyqueue.pause()")  # or some rows would be written before CRITICAL is traced
    page.evaluate(BURST, COUNT)
    page.evaluate("pyqueue.resume()")
    samples = page.evaluate(WATCH_IT_DRAIN)

    assert len(samples) > 3, "it was not seen while draining"
    for metrics in samples:
        assert_law(metrics)
        assert metrics["offered"] == metrics["accepted"] == COUNT
        assert metrics["memoryUsage"] <= BUDGET
    written = [metrics["written"] for metrics in samples]
    assert written == sorted(written)
    assert samples[-1]["written"] == COUNT

    found = rows(page)
    assert sum(row["count"] for row in found) == COUNT
    assert 450 <= sum(row["bytes"] for row in found) / COUNT <= 550
    first = found[0]
    assert (first["priority"], first["count"]) == (3, 1), "CRITICAL did not go first"


def test_a_flush_behind_a_burst_ends_when_all_of_it_is_durable(page: Page) -> None:
    start(page)
    page.evaluate(BURST, 2 * COUNT)
    metrics = page.evaluate("pyqueue.flush().then(() => pyqueue.metrics())")
    assert metrics["written"] == 2 * COUNT


def test_a_burst_while_python_boots_is_stored_whole(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate('import("/pyqueue/pyqueue.js").then(({ start }) => void start())')
    page.evaluate(BURST, COUNT)
    samples = page.evaluate("""async () => {
      const booting = await pyqueue.metrics();
      await pyqueue.ready;
      await pyqueue.flush();
      return [booting, await pyqueue.metrics()];
    }""")
    for metrics in samples:
        assert_law(metrics)
        assert metrics["offered"] == metrics["accepted"] == COUNT
    assert samples[-1]["written"] == COUNT
    assert sum(row["count"] for row in rows(page)) == COUNT


def test_a_burst_without_python_is_stored_whole(page: Page) -> None:
    start(page, runtime="none")
    page.evaluate(BURST, COUNT)
    samples = page.evaluate(WATCH_IT_DRAIN)
    for metrics in samples:
        assert_law(metrics)
    assert samples[-1]["written"] == COUNT
    assert sum(row["count"] for row in rows(page)) == COUNT


FLOOD = """([normal, critical]) => {
  const payload = "x".repeat(400);
  const flood = (count, priority) => {
    for (let n = 0; n < count; n += 1) pyqueue.trace("flood", { n, payload }, { priority });
  };
  flood(normal, "normal");
  flood(critical, "critical");
  return pyqueue.flush().then(() => pyqueue.metrics());
}"""


def test_more_critical_traces_than_the_queue_has_room_for_are_stored_whole(page: Page) -> None:
    start(page)
    metrics = page.evaluate(FLOOD, [0, 2 * COUNT])
    assert metrics["written"] == metrics["offered"] == 2 * COUNT


def test_critical_traces_behind_a_full_queue_cost_no_other_its_place(page: Page) -> None:
    start(page)
    metrics = page.evaluate(FLOOD, [9_000, 6_000])
    assert metrics["written"] == metrics["offered"] == 15_000


def test_a_queue_of_one_takes_one_after_the_other(page: Page) -> None:
    start(page, config={"maxQueueSize": 1})
    metrics = page.evaluate(FLOOD, [20, 20])
    assert metrics["written"] == metrics["offered"] == 40
