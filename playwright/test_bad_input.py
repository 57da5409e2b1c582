"""trace() never throws into its host, whatever it is given, and what can be kept is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from inpage import assert_law, start, stored
from pyqueue.encoding import encode_part
from pyqueue.redaction import DEFAULT

# What JSON can't carry is stored as a mark; the attribute beside it is always there.
ATTRIBUTES = """() => {
  const cycle = {};
  cycle.self = cycle;
  let deep = "bottom";
  for (let level = 0; level < 10_000; level += 1) deep = { deep };
  const broken = () => { throw new RangeError("the caller's own"); };
  const values = {
    nan: NaN, infinity: -Infinity, undefined: undefined, bigint: 10n ** 20n,
    symbol: Symbol("here"), function: function handler() {}, cycle, deep,
    element: document.createElement("div"), window, map: new Map([["a", 1]]),
    bytes: new Uint8Array([1, 2]), date: new Date(0), regexp: /x/, error: new Error("inside"),
    getter: { get broken() { return broken(); } }, toJSON: { toJSON: broken },
    proxy: new Proxy({}, { get: broken, ownKeys: broken, getPrototypeOf: broken }),
    surrogate: "\\ud800", controls: "\\0\\n\\r\\u2028", hugeKey: { ["k".repeat(100_000)]: 1 },
    prototype: JSON.parse('{"__proto__": {"polluted": true}}'), sparse: [, 1],
  };
  const ids = {};
  for (const [name, value] of Object.entries(values)) {
    ids[name] = pyqueue.trace("odd", { beside: "unharmed", value });
  }
  ids.own = pyqueue.trace("odd", Object.defineProperty({ beside: "unharmed" }, "value", {
    enumerable: true, get: broken,
  }));
  return ids;
}"""
MARKS = {
    "nan": "[NaN]",
    "infinity": "[-Infinity]",
    "bigint": "[bigint 100000000000000000000]",
    "symbol": "[Symbol(here)]",
    "function": "[function handler]",
    "cycle": {"self": "[circular]"},
    "element": "[HTMLDivElement]",
    "window": "[Window]",
    "map": "[Map]",
    "date": "1970-01-01T00:00:00.000Z",
    "getter": {"broken": "[unreadable: RangeError]"},
    "toJSON": "[unreadable: RangeError]",
    "own": "[unreadable: RangeError]",
    "surrogate": "\ud800",
    "controls": "\0\n\r\u2028",
    "hugeKey": {"k" * 100_000: 1},
    "sparse": [None, 1],
}

# Objects of which each knows all others.
LINKED = """([count, length]) => {
  const objects = Array.from({ length: count }, (_, number) => (
    { number, text: "x".repeat(length), pin: 1, none: null }
  ));
  for (const one of objects) one.others = objects.filter((other) => other !== one);
  return pyqueue.trace("linked", { value: objects[0], beside: "unharmed" });
}"""

NO_NAME = """() => [
  pyqueue.trace(), pyqueue.trace(""), pyqueue.trace(null), pyqueue.trace(5), pyqueue.trace({}),
  pyqueue.trace(Symbol("name")),
]"""

PRIORITIES = """() => {
  const asked = ["urgent", 7, -1, NaN, {}, Symbol("p"), Object.create(null), ["high", "low"]];
  return asked.map((priority) => pyqueue.trace("odd priority", { kept: 1 }, { priority }));
}"""

OPTIONS = """() => {
  const broken = () => { throw new Error("the caller's own"); };
  const options = [
    null, "high", 5, [], { duration: -1 }, { duration: "long" }, { timestamp: "now" }, { id: 5 },
    { id: "two\\nlines" }, { traceId: "\\ud800" }, { traceId: {}, spanId: [], parentId: 1n },
    { error: "a text" }, { error: null }, { error: Object.create(null) }, { status: Symbol() },
  ];
  const ids = options.map((some) => pyqueue.trace("odd options", { kept: 1 }, some));
  pyqueue.trace("odd options", {}, { get priority() { return broken(); } }); // counted at least
  return ids;
}"""


def test_attributes_that_json_cannot_carry_are_marked_and_the_rest_is_kept(page: Page) -> None:
    start(page)
    ids = page.evaluate(ATTRIBUTES)
    page.evaluate("pyqueue.flush()")
    traces = {trace["id"]: trace["attributes"] for trace in stored(page)}

    assert [name for name, id in ids.items() if id not in traces] == [], "not stored"
    for name, id in ids.items():
        assert traces[id]["beside"] == "unharmed", name
    values = {name: traces[ids[name]].get("value") for name in MARKS}
    assert values == MARKS
    assert len(json.dumps(traces[ids["deep"]])) < 2_000
    assert len(page.evaluate("pyqueue.query()")) == len(ids), "they can't all be read back"


def linked(count: int, length: int) -> dict[str, Any]:
    """The same in Python."""
    objects: list[dict[str, Any]] = [
        {"number": number, "text": "x" * length, "pin": 1, "none": None} for number in range(count)
    ]
    for one in objects:
        one["others"] = [other for other in objects if other is not one]
    return objects[0]


@pytest.mark.parametrize(("count", "length"), [(12, 3), (5, 3), (30, 100), (12, 300)])
def test_of_objects_that_all_know_each_other_as_much_is_kept_as_python_keeps(
    page: Page, count: int, length: int
) -> None:
    start(page, runtime="none", config={"maxTraceBytes": 2**24})
    assert page.evaluate(LINKED, [count, length])
    page.evaluate("pyqueue.flush()")
    (trace,) = stored(page)
    given = {"value": linked(count, length), "beside": "unharmed"}
    assert trace["attributes"] == json.loads(encode_part(given, DEFAULT))
    assert ("[too large]" in json.dumps(trace)) == (count > 5)


def test_a_trace_without_a_name_is_refused_and_counted(page: Page) -> None:
    start(page, runtime="none")
    assert page.evaluate(NO_NAME) == [None] * 6
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert (metrics["offered"], metrics["refused"]) == (6, 6)
    assert metrics["droppedByReason"] == {"invalid": 6}


def test_a_span_whose_attributes_cannot_be_read_is_refused_and_throws_nothing(page: Page) -> None:
    start(page, runtime="none")
    ended = page.evaluate("""() => {
      const broken = { get total() { throw new Error("not yet"); } };
      const whole = pyqueue.span("whole");
      return [pyqueue.span("broken", broken).end(), whole.end({ attributes: broken })];
    }""")
    assert ended == [None, None]
    assert page.evaluate("pyqueue.metrics()")["droppedByReason"] == {"invalid": 2}


def test_an_unknown_priority_is_marked_and_the_trace_is_stored(page: Page) -> None:
    start(page, runtime="none")
    ids = page.evaluate(PRIORITIES)
    page.evaluate("pyqueue.flush()")
    traces = {trace["id"]: trace for trace in stored(page)}
    assert list(traces) == ids
    for trace in traces.values():
        assert trace["priority"] == "normal"
        assert trace["attributes"]["kept"] == 1
        assert "pyqueue.unknown_priority" in trace["attributes"]


def test_odd_options_never_cost_the_trace(page: Page) -> None:
    start(page)
    ids = page.evaluate(OPTIONS)
    page.evaluate("pyqueue.flush()")
    traces = stored(page)
    assert [id for id in ids if id not in {trace["id"] for trace in traces}] == []
    for trace in (trace for trace in traces if trace["id"] in ids):
        assert trace["attributes"] == {"kept": 1}
        assert isinstance(trace["timestamp"], (int, float))
        assert isinstance(trace["duration"], (int, float))
    assert page.evaluate("pyqueue.query().then((found) => found.length)") == len(traces)
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["offered"] == len(ids) + 1


def test_a_question_that_cannot_be_asked_rejects_and_harms_nobody(page: Page) -> None:
    start(page)
    names = page.evaluate("""async () => {
      const cyclic = {};
      cyclic.self = cyclic;
      const asked = [
        pyqueue.query({ attributes: { order: 123n } }), pyqueue.reconfigure({ maxBatchSize: 10n }),
        pyqueue.status(cyclic), pyqueue.cancel(10n),
      ];
      return Promise.all(asked.map((answer) => answer.then(() => "ok", ({ name }) => name)));
    }""")
    assert names == ["TypeError"] * 4
    metrics = page.evaluate("pyqueue.metrics()")
    assert (metrics["restarts"], metrics["mode"]) == (0, "priority")


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_a_query_means_the_same_with_python_and_without(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate(
        "() => ['low', 'high', 'critical'].map((priority) => pyqueue.trace('x', {}, { priority }))"
    )
    page.evaluate("pyqueue.flush()")
    ask = """(conditions) => pyqueue.query(conditions)
      .then((found) => found.map(({ priority }) => priority), ({ name }) => name)"""
    assert page.evaluate(ask, {"priority": "HIGH"}) == ["high"]
    assert page.evaluate(ask, {"priority": 0}) == ["low"]
    assert len(page.evaluate(ask, {"since": float("-inf")})) == 3
    wrong = [{"priority": 7}, {"priority": 1.5}, {"priority": -1}, {"priority": "1"}]
    wrong += [{name: float("nan")} for name in ("since", "until", "limit")]
    assert [page.evaluate(ask, one) for one in wrong] == ["TypeError"] * 7
