"""A wrong option is told by `ready`, with its name and value; the page keeps its traces anyway."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from inpage import assert_law, stored

START = """async (options) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const events = [];
  const pq = start(options);
  pq.on("error", ({ error }) => events.push(error));
  pq.trace("before");
  const { name, message } = await pq.ready.then(() => ({ name: "no error" }), (error) => error);
  pq.trace("after");
  await pq.flush();
  const read = (await pq.query()).map((trace) => trace.name);
  return { name, message, events, read, metrics: await pq.metrics() };
}"""


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (
            {"config": {"maxQueueSize": -1, "maxBatchSiz": 10, "heapThreshold": "high"}},
            ["maxQueueSize", "-1", "maxBatchSiz", "maxBatchSize?", "heapThreshold", "'high'"],
        ),
        ({"queue": "lifo"}, ["queue", '"lifo"', "priority,fifo,batch"]),
        ({"queue": "lifo", "runtime": "none"}, ["queue", '"lifo"']),
        ({"config": "fast"}, ["config", "fast"]),
        ({"runtime": "wasm"}, ["runtime", '"wasm"']),
        ({"budget": "1000 kB"}, ["budget", "a number of bytes", '"1000 kB"']),
        ({"budget": "9"}, ["budget", '"9"']),
        ({"database": 5}, ["database", "a name"]),
        ({"journal": -1}, ["journal", "-1"]),
        ({"tracks": "x"}, ["tracks", "true or false"]),
        ({"databse": "x"}, ["databse", "database"]),
        ({"config": {"maxTraceBytes": -1}}, ["maxTraceBytes", "-1"]),
        ({"devtools": {"comands": True}}, ["devtools", "{commands: true or false}"]),
        ({"retention": {"maxAge": "7d"}, "runtime": "none"}, ["retention.maxAge", '"7d"']),
    ],
)
def test_a_wrong_option_is_named_and_traces_are_stored_all_the_same(
    page: Page, options: dict[str, Any], named: list[str]
) -> None:
    page.goto("/blank.html")
    answer = page.evaluate(START, options)

    assert answer["name"] == "ConfigError"
    assert [part for part in named if part not in answer["message"]] == [], answer["message"]
    assert len(set(answer["events"])) == 1
    assert answer["read"] == ["before", "after"]
    assert [trace["name"] for trace in stored(page)] == ["before", "after"]
    assert_law(answer["metrics"])
    assert answer["metrics"]["written"] == 2


def test_an_option_that_is_undefined_is_the_default_but_for_consent(page: Page) -> None:
    page.goto("/blank.html")
    answer = page.evaluate(f"""() => ({START})({{
      database: undefined, budget: undefined, runtime: undefined, redact: undefined,
      retention: {{ maxAge: undefined }},
    }})""")
    assert answer["name"] == "no error"
    assert answer["read"] == ["before", "after"]
    page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      start({ database: "private", consent: undefined }).trace("nobody was asked");
    }""")
    assert page.evaluate("pyqueue.metrics()")["droppedByReason"] == {"consent": 1}


def test_zero_is_zero_and_not_the_default(page: Page) -> None:
    page.goto("/blank.html")
    answer = page.evaluate(START, {"config": {"batchTimeout": 0, "maxRetries": 0}})
    assert answer["name"] == "no error"
    assert answer["metrics"]["mode"] == "priority"
    assert answer["read"] == ["before", "after"]


def test_what_cannot_be_told_to_python_is_a_wrong_option_too(page: Page) -> None:
    page.goto("/blank.html")
    answer = page.evaluate(f"() => ({START})({{ config: {{ maxBatchSize: 10n }} }})")
    assert answer["name"] == "ConfigError"
    assert answer["read"] == ["before", "after"]


def test_any_other_value_of_consent_is_none_until_it_is_given(page: Page) -> None:
    page.goto("/blank.html")
    found = page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      const pq = start({ consent: localStorage.getItem("nothing") });
      const before = pq.trace("before");
      pq.setConsent(true);
      const { runtime } = await pq.ready;
      return [before, runtime, pq.trace("after") !== null];
    }""")
    assert found == [None, "worker", True]
