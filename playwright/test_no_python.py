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


# Of another tab, maybe; until `letGo()`.
LONG_TRANSACTION = """async () => {
  const request = indexedDB.open("pyqueue");
  await new Promise((resolve) => (request.onsuccess = resolve));
  const tx = request.result.transaction(["segments", "ledger"], "readwrite");
  const store = tx.objectStore("ledger");
  let isHeld = true;
  globalThis.letGo = () => (isHeld = false);
  const hold = () => (store.get("x").onsuccess = () => isHeld && hold());
  hold();
}"""


def test_what_a_database_that_hangs_does_not_take_is_bounded(page: Page) -> None:
    start(page, runtime="none", budget=50_000)
    page.evaluate("pyqueue.trace('first'), pyqueue.flush()")
    page.evaluate(LONG_TRANSACTION)
    held = page.evaluate("""async () => {
      const payload = "x".repeat(400);
      for (let n = 0; n < 20; n += 1) {
        for (let m = 0; m < 30; m += 1) pyqueue.trace("more", { payload });
        pyqueue.flush();
        await new Promise(requestAnimationFrame);
      }
      const { inFlight, queued } = await pyqueue.metrics();
      return inFlight + queued;
    }""")
    assert 50 < held <= 50_000 / 500
    page.evaluate("letGo()")
    page.evaluate("pyqueue.flush()")
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert len(stored(page)) == metrics["written"] == held + 1


def test_what_is_being_written_when_consent_is_withdrawn_is_in_the_account_as_written(
    page: Page,
) -> None:
    start(page, runtime="none")
    page.evaluate("pyqueue.trace('first'), pyqueue.flush()")
    page.evaluate(LONG_TRANSACTION)
    page.evaluate("""async () => {
      for (let n = 0; n < 600; n += 1) pyqueue.trace("row", { n });
      const flushed = pyqueue.flush();
      await pyqueue.metrics(); // by now it is under way
      pyqueue.setConsent(false);
      letGo();
      await flushed;
    }""")
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert (metrics["written"], metrics["evicted"]) == (251, 350)
    assert len(stored(page)) == 251


def test_what_was_withdrawn_and_failed_takes_nothing_along_that_came_since(page: Page) -> None:
    start(page, runtime="none")
    page.evaluate("pyqueue.trace('first'), pyqueue.flush()")
    page.evaluate(LONG_TRANSACTION)
    page.evaluate("""async () => {
      const { transaction } = IDBDatabase.prototype;
      let last;
      IDBDatabase.prototype.transaction = function (stores, mode, options) {
        const tx = transaction.call(this, stores, mode, options);
        if (last || mode !== "readwrite" || !stores.includes("segments")) return tx;
        last = tx;
        last.commit = () => {}; // or it could not be aborted any more
        return tx;
      };
      pyqueue.trace("withdrawn");
      const flushed = pyqueue.flush();
      while (!last) await new Promise(requestAnimationFrame);
      pyqueue.setConsent(false);
      pyqueue.setConsent(true);
      pyqueue.trace("new", {}, { priority: "critical" });
      last.abort();
      letGo();
      await Promise.all([flushed, pyqueue.flush()]);
    }""")
    assert sorted(trace["name"] for trace in stored(page)) == ["first", "new"]
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["droppedByReason"] == {"consent": 1}


def test_consent_that_comes_and_goes_while_python_boots_is_as_it_was_said_last(
    page: Page,
) -> None:
    page.goto("/blank.html")
    for last in (True, False):
        metrics = page.evaluate(
            """async (last) => {
              const { start } = await import("/pyqueue/pyqueue.js");
              const pq = start({ database: `consent-${last}` });
              pq.setConsent(last);
              await new Promise((resolve) => setTimeout(resolve, 50));
              pq.setConsent(!last);
              await new Promise((resolve) => setTimeout(resolve, 50));
              pq.setConsent(last);
              await pq.ready;
              pq.trace("now");
              await pq.flush();
              return pq.metrics();
            }""",
            last,
        )
        assert (metrics["written"], metrics["refused"]) == ((1, 0) if last else (0, 1))


@pytest.mark.expects_console_errors(r"ERR_FAILED")
def test_where_only_the_spool_can_not_be_had_python_does_without(page: Page) -> None:
    page.route("**/spool.js", lambda route: route.abort())
    assert start(page)["runtime"] == "worker"
    page.evaluate("pyqueue.trace('fine'), pyqueue.flush()")
    assert [trace["name"] for trace in stored(page)] == ["fine"]


def test_an_id_that_was_stored_before_python_was_up_is_not_stored_again(page: Page) -> None:
    page.goto("/blank.html")
    drops = page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      const { ready } = start();
      const drops = [];
      pyqueue.on("drop", ({ reason }) => drops.push(reason));
      const order = () => (pyqueue.trace("order.paid", {}, { id: "order-7" }), pyqueue.flush());
      await order();
      await order();
      await ready;
      await order();
      return drops;
    }""")
    assert [trace["id"] for trace in stored(page)] == ["order-7"]
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["droppedByReason"] == {"duplicate": 2}
    assert drops == ["duplicate", "duplicate"]


def test_what_waits_can_be_moved_to_another_priority(page: Page) -> None:
    start(page, runtime="none")
    moved = page.evaluate("""async () => {
      const id = pyqueue.trace("urgent after all", { says: '"priority":"normal"' });
      const moved = await pyqueue.reprioritize(id, "HIGH");
      await pyqueue.flush();
      const wrong = await pyqueue.reprioritize(id, "most").catch(String);
      return [moved, await pyqueue.reprioritize(id, "low"), wrong];
    }""")
    assert moved[:2] == [True, False]
    assert '"most"' in moved[2]
    (trace,) = stored(page)
    assert trace["priority"] == "high"
    assert trace["attributes"] == {"says": '"priority":"normal"'}
    assert rows(page)[0]["priority"] == 2
    assert_law(page.evaluate("pyqueue.metrics()"))


def test_no_trace_gives_way_to_one_that_has_no_room_even_so(page: Page) -> None:
    start(page, runtime="none", budget=20_000)
    refused = page.evaluate("""() => {
      for (let n = 0; n < 20; n += 1) pyqueue.trace("small", { n }, { priority: "low" });
      return pyqueue.trace("large", { payload: "x".repeat(20_000) }, { priority: "critical" });
    }""")
    assert refused is None
    metrics = page.evaluate("pyqueue.flush().then(() => pyqueue.metrics())")
    assert (metrics["written"], metrics["evicted"], metrics["refused"]) == (20, 0, 1)


def test_what_waits_can_be_cancelled(page: Page) -> None:
    start(page, runtime="none")
    assert page.evaluate("""async () => {
      const id = pyqueue.trace("mistake");
      return [await pyqueue.status(id), await pyqueue.cancel(id), await pyqueue.status(id)];
    }""") == ["queued", True, "unknown"]
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["cancelled"] == 1


def test_the_spool_tells_when_nothing_waits_any_more(page: Page) -> None:
    start(page, runtime="none")
    told = page.evaluate("""async () => {
      const told = [];
      for (const kind of ["batch", "drained"]) pyqueue.on(kind, () => told.push(kind));
      for (let n = 0; n < 300; n += 1) pyqueue.trace("t");
      await pyqueue.flush();
      return told;
    }""")
    assert told == ["batch", "batch", "drained"]
