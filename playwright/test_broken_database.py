"""Where the database can't be opened, the page goes on, and is told what it is entitled to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import START, assert_law, metrics_when, shared_page, start, stored
from storage import TOOLS

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


@pytest.fixture(scope="module", params=["none", "page"])
def client(request: pytest.FixtureRequest, chromium: Browser, server: Host) -> Iterator[Page]:
    """A client whose database works; each test breaks it for a while."""
    with shared_page(chromium, server.url) as page:
        start(page, runtime=request.param)
        page.evaluate(TOOLS)
        page.evaluate("pyqueue.trace('first'), pyqueue.flush()")
        yield page


# What can become of a database that was open, until `repair()`.
FAULTS = {
    "connection closing": """patch(IDBDatabase.prototype, "transaction", () => ({ value() {
      throw new DOMException("The database connection is closing.", "InvalidStateError"); } }))""",
    "transaction inactive": """patch(IDBObjectStore.prototype, "put", () => ({ value() {
      throw new DOMException("not active", "TransactionInactiveError"); } }))""",
    "aborted without an error": """patch(IDBObjectStore.prototype, "put", () => ({ value() {
      this.transaction.abort(); } }))""",
    "disk full": """patch(IDBObjectStore.prototype, "put", () => ({ value() {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError"); } }))""",
    "deleted, and gone": """await plain.delete("pyqueue");
      patch(globalThis, "indexedDB", () => ({ value: null }))""",
}
BREAK = """async () => {
  const told = [];
  const off = pyqueue.on("error", ({ error }) => told.push(error));
  const { failures } = await pyqueue.metrics();
  FAULT;
  const ids = ["a", "b", "c", "d"].map((name) => pyqueue.trace(name, {}, { priority: "normal" }));
  const error = await pyqueue.flush().catch((error) => error);
  const metrics = await pyqueue.metrics();
  off();
  return { ids, told, name: error?.name, failures: metrics.failures - failures, metrics };
}"""


@pytest.mark.parametrize("fault", list(FAULTS))
def test_what_comes_while_it_is_broken_is_stored_in_order_and_once_when_it_is_not(
    client: Page, fault: str
) -> None:
    try:
        broken = client.evaluate(BREAK.replace("FAULT", FAULTS[fault]))
    finally:
        client.evaluate("repair()")
    assert broken["name"] == "FlushError"
    assert broken["told"], "no error event"
    assert broken["failures"] > 0
    assert_law(broken["metrics"])
    held = sum(broken["metrics"][fate] for fate in ("queued", "inFlight", "retrying"))
    assert held == 4, "they are kept"

    metrics = metrics_when(
        client, lambda now: not now["queued"] + now["inFlight"] + now["retrying"], timeout=60
    )
    assert_law(metrics)
    ours = [trace["id"] for trace in stored(client) if trace["id"] in broken["ids"]]
    assert ours == broken["ids"]
