"""What a page traces lies in IndexedDB in the documented format, and comes back the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import rows, shared_page, start

# One tick's work. The page's own clock is read before and after each call.
TRACE = """() => {
  const clock = () => performance.timeOrigin + performance.now();
  const calls = [
    ["ui.pointer", { x: 1 }, { priority: "low" }],
    ["cart.add", { sku: "A-1", price: 9.5, tags: ["new", null], "größe ✓ 😀": true }],
    ["cart.add", { sku: "B-2", nested: { deep: [[], {}] } }, { priority: "normal" }],
    ["checkout.submit", { cart: 2 }, {
      priority: "high", duration: 12.5, traceId: "order-1", spanId: "s2", parentId: "s1",
      status: "ok",
    }],
    ["ui.pointer", { x: 2 }, { priority: "low" }],
    ["payment.failed", {}, { priority: "critical", traceId: "order-1", status: "error" }],
  ];
  return calls.map(([name, attributes, options = {}]) => {
    const before = clock();
    const id = pyqueue.trace(name, attributes, options);
    return { id, name, attributes, ...options, before, after: clock() };
  });
}"""
SEALED = ["payment.failed", "checkout.submit", "cart.add", "cart.add", "ui.pointer", "ui.pointer"]


class Visit:
    """What a page traced, the rows it left, and its answers before and after a reload."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.ready = start(page)
        self.traced: list[dict[str, Any]] = page.evaluate(TRACE)
        page.evaluate("pyqueue.flush()")
        self.rows = rows(page)
        self.read = page.evaluate("pyqueue.query()")
        page.reload()
        start(page)
        self.read_after_reload = page.evaluate("pyqueue.query()")


@pytest.fixture(scope="module")
def visit(chromium: Browser, server: Host) -> Iterator[Visit]:
    with shared_page(chromium, server.url) as page:
        yield Visit(page)


def test_rows_have_the_documented_format(visit: Visit) -> None:
    wanted = {"session", "seqFirst", "seqLast", "priority", "count", "bytes", "tMin", "tMax"}
    for row in visit.rows:
        assert wanted | {"codec", "data"} <= row.keys()
        traces = json.loads(row["data"])
        assert row["codec"] == "json"
        assert row["count"] == len(traces) == row["seqLast"] - row["seqFirst"] + 1
        assert row["bytes"] == len(row["data"].encode())
        times = [trace["timestamp"] for trace in traces]
        assert (row["tMin"], row["tMax"]) == (min(times), max(times))
        assert {trace["priority"] for trace in traces} == {
            ("low", "normal", "high", "critical")[row["priority"]]
        }


def test_a_session_numbers_its_traces_without_a_gap(visit: Visit) -> None:
    assert len({row["session"] for row in visit.rows}) == 1
    numbers = [n for row in visit.rows for n in range(row["seqFirst"], row["seqLast"] + 1)]
    assert numbers == list(range(numbers[0], numbers[0] + len(visit.traced)))


def test_a_trace_has_the_documented_fields(visit: Visit) -> None:
    read = {trace["id"]: trace for trace in visit.read}
    assert len(read) == len(visit.traced)
    for traced in visit.traced:
        trace = read[traced["id"]]
        given = {"priority": "normal", "duration": 0, **traced}
        links = {
            key: traced[key] for key in ("traceId", "spanId", "parentId", "status") if key in traced
        }
        expected = {key: given[key] for key in ("id", "name", "priority", "duration", "attributes")}
        assert trace == {**expected, **links, "timestamp": trace["timestamp"]}


def test_its_time_is_the_moment_of_the_call(visit: Visit) -> None:
    read = {trace["id"]: trace["timestamp"] for trace in visit.read}
    rounding = 0.001
    for traced in visit.traced:
        assert traced["before"] - rounding <= read[traced["id"]] <= traced["after"] + rounding


def test_critical_comes_before_the_rest_of_its_batch_and_each_priority_in_order(
    visit: Visit,
) -> None:
    assert [trace["name"] for trace in visit.read] == SEALED
    pointers = [trace for trace in visit.read if trace["name"] == "ui.pointer"]
    assert [trace["attributes"]["x"] for trace in pointers] == [1, 2]


def test_after_a_reload_everything_reads_the_same(visit: Visit) -> None:
    assert visit.read_after_reload == visit.read
    from_rows = [trace for row in visit.rows for trace in json.loads(row["data"])]
    assert visit.read == from_rows


def test_a_span_lasts_from_its_start_to_its_end(visit: Visit) -> None:
    shortest, longest, span = visit.page.evaluate("""async () => {
      const outside = performance.now();
      const span = pyqueue.span("route.load", { route: "/cart" }, { priority: "high" });
      const inside = performance.now();
      await new Promise(requestAnimationFrame);
      const shortest = performance.now() - inside;
      const id = span.end({ status: "ok", attributes: { items: 3 } });
      const longest = performance.now() - outside;
      const found = await pyqueue.query({ name: "route.load" });
      return [shortest, longest, found.find((trace) => trace.id === id)];
    }""")
    rounding = 0.002
    assert shortest - rounding <= span["duration"] <= longest + rounding
    assert span["attributes"] == {"route": "/cart", "items": 3}
    assert (span["priority"], span["status"]) == ("high", "ok")
