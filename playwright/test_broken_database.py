"""Where the database can't be opened, the page goes on, and is told what it is entitled to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import START, assert_law, metrics_when

# A page that finds its storage broken, each in one of the ways that browsers have.
THROWS = """() => {
  const denied = new DOMException("denied", "SecurityError");
  IDBFactory.prototype.open = () => { throw denied; };
}"""
MISSING = "() => { Object.defineProperty(globalThis, 'indexedDB', { value: undefined }); }"
FAILS = """() => {
  IDBFactory.prototype.open = () => {
    const request = new EventTarget();
    request.error = new DOMException("disk is full", "QuotaExceededError");
    request.addEventListener("error", (event) => request.onerror?.(event));
    queueMicrotask(() => request.dispatchEvent(new Event("error")));
    return request;
  };
}"""
NEWER = """async () => {
  const open = indexedDB.open("pyqueue", 99);
  await new Promise((resolve) => (open.onsuccess = resolve));
  open.result.close();
}"""

USE = """async () => {
  const told = [];
  pyqueue.on("error", ({ error }) => told.push(error));
  const priorities = ["low", "critical", "normal"];
  const ids = priorities.map((priority) => pyqueue.trace("kept", {}, { priority }));
  const error = await pyqueue.flush().catch((error) => error);
  return { ids, name: error?.name, told, metrics: await pyqueue.metrics() };
}"""


@pytest.mark.parametrize(
    ("fault", "runtime"),
    [
        (THROWS, "none"),
        (THROWS, "page"),
        (MISSING, "none"),
        (FAILS, "none"),
        (FAILS, "page"),
        (NEWER, "none"),
        (NEWER, "worker"),
    ],
    ids=[
        *("throws, none", "throws, page", "missing, none", "fails, none", "fails, page"),
        *("newer, none", "newer, worker"),
    ],
)
def test_a_database_that_cannot_be_opened(page: Page, fault: str, runtime: str) -> None:
    page.goto("/blank.html")
    page.evaluate(fault)
    page.evaluate(START, {"runtime": runtime})
    answer = page.evaluate(USE)

    assert all(answer["ids"])
    assert answer["name"] == "FlushError", answer
    assert answer["told"], "no error event"
    metrics = answer["metrics"]
    assert_law(metrics)
    assert metrics["failures"] > 0
    assert metrics["written"] == 0
    assert metrics["queued"] + metrics["inFlight"] + metrics["retrying"] == 3, "they are kept"


def test_once_the_database_is_back_the_traces_are_stored(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate("""() => {
      const factory = IDBFactory.prototype;
      const open = factory.open;
      globalThis.repair = () => { factory.open = open; };
      factory.open = () => { throw new DOMException("not now", "UnknownError"); };
    }""")
    page.evaluate(START, {"runtime": "none"})
    assert page.evaluate(USE)["name"] == "FlushError"
    page.evaluate("repair()")
    metrics = metrics_when(page, lambda metrics: metrics["written"] == 3)
    assert_law(metrics)
    assert metrics["written"] == 3, "it did not try again by itself"
    assert len(page.evaluate("pyqueue.query()")) == 3
