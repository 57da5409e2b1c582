"""A worker that dies takes nothing along: the page keeps what it sent until it is settled.

Be it one of the page's own, or shared; `test_shared_python.py` has what concerns several pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import assert_law, metrics_when, rows, start, stored, workers
from pyqueue.testing.browser import kill_worker

TRACE = """([count, prefix]) => Array.from({ length: count }, (_, i) =>
  pyqueue.trace(`${prefix}.${i}`, { i }, { priority: i % 4 }))"""

# `first` is what `ready` was at the start.
BEGIN = """async (runtime) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  globalThis.first = start({ runtime }).ready;
}"""

LOCKS = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name))"

# What is traced while Python has it, but has not written it.
PAUSED = "async () => { await pyqueue.pause(); }"


@pytest.fixture(params=["worker", "dedicated"])
def runtime(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def end_worker(page: Page) -> None:
    """In the middle of it, without a word to the page; returns when its successor is up."""
    assert kill_worker(page, "/pyqueue/") == 1
    until_replaced(page)


def until_replaced(page: Page, restarts: int = 1) -> None:
    metrics_when(
        page, lambda metrics: metrics["restarts"] == restarts and metrics["mode"] != "booting"
    )
    page.evaluate("pyqueue.ready")


def assert_each_once(page: Page, ids: list[str]) -> None:
    found = [trace["id"] for trace in stored(page)]
    assert sorted(found) == sorted(ids)


def test_what_a_dead_worker_held_is_handed_to_its_successor(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    before = page.evaluate(TRACE, [500, "before"])
    page.evaluate("pyqueue.flush()")
    page.evaluate(PAUSED)
    held = page.evaluate(TRACE, [700, "held"])
    metrics_when(page, lambda metrics: metrics["memoryUsage"] > 0)
    end_worker(page)
    after = page.evaluate(TRACE, [100, "after"])
    page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")

    assert_each_once(page, before + held + after)
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["written"] == 1_300
    assert metrics["restarts"] == 1


def test_what_was_stored_but_not_acknowledged_is_not_stored_twice(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    ids = page.evaluate(TRACE, [1_000, "mine"])
    (worker,) = workers(page)
    # Dies right behind the first write that is complete, whose acknowledgement may be lost.
    worker.evaluate("""() => {
      const done = IDBTransaction.prototype;
      const { set } = Object.getOwnPropertyDescriptor(done, "oncomplete");
      Object.defineProperty(done, "oncomplete", {
        set(handler) { set.call(this, () => self.close()); },
      });
    }""")
    page.evaluate(TRACE, [1, "last"])
    until_replaced(page)
    page.evaluate("pyqueue.flush()")
    found = [trace["id"] for trace in stored(page)]
    assert set(ids) <= set(found)
    assert len(found) == len(set(found)) == 1_001


def test_a_flush_under_way_ends_with_the_successor(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    ids = page.evaluate(TRACE, [5_000, "mine"])
    page.evaluate("() => { globalThis.flushed = pyqueue.flush().then(() => true); }")
    kill_worker(page, "/pyqueue/")
    assert page.evaluate("flushed")
    assert_each_once(page, ids)


def test_a_dead_worker_s_account_is_closed_and_the_whole_is_right(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate(TRACE, [300, "one"])
    page.evaluate("pyqueue.flush()")
    end_worker(page)
    page.evaluate(TRACE, [200, "two"])
    page.evaluate("pyqueue.flush()")
    accounts = [one for one in rows(page, store="ledger") if one["offered"]]
    assert sum(account["written"] for account in accounts) == 500
    closed = [account for account in accounts if account.get("closed")]
    assert [account["unknown"] for account in closed] == [0]
    assert page.evaluate("pyqueue.health()")["grade"] == "degraded"


def test_python_that_dies_again_and_again_is_left_alone(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    for number in range(3):
        kill_worker(page, "/pyqueue/")
        until_replaced(page, number + 1)
    ids = page.evaluate(TRACE, [10, "mine"])
    page.evaluate("pyqueue.flush()")
    assert_each_once(page, ids)
    assert page.evaluate("pyqueue.metrics()")["mode"] == "fifo"
    reasons = page.evaluate("pyqueue.health()")["reasons"]
    assert any("Python is not to be had" in reason for reason in reasons)


@pytest.mark.expects_console_errors(r"Symbol\.iterator")  # in the worker that we broke
def test_an_interpreter_that_breaks_is_replaced(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    ids = page.evaluate(TRACE, [400, "mine"])
    page.evaluate("pyqueue.flush()")
    (worker,) = workers(page)
    worker.evaluate("() => { Array.prototype[Symbol.iterator] = undefined; }")
    ids += page.evaluate(TRACE, [50, "broken"])
    until_replaced(page)
    page.evaluate("pyqueue.flush()")
    assert_each_once(page, ids)


# What another tab does that took this page for dead.
DECLARE_DEAD = """async () => {
  const open = indexedDB.open("pyqueue");
  const db = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
  const tx = db.transaction("ledger", "readwrite");
  const ledger = tx.objectStore("ledger");
  const all = ledger.getAll();
  all.onsuccess = () => {
    for (const { writer, ...account } of all.result) {
      ledger.put({ ...account, closed: 1 });
      const page = account.session.split("-")[0];
      for (let n = 0; n < 4; n += 1) {
        const name = `${page}-${n}`;
        ledger.put({ session: `fence/${name}`, writer: name, closed: 1, offered: 0 });
      }
    }
  };
  await new Promise((resolve) => (tx.oncomplete = resolve));
  db.close();
}"""


@pytest.mark.timeout(120)  # a promise that never settles is a failure, too
def test_a_page_declared_dead_while_python_boots_goes_on_under_another_name(
    page: Page, runtime: str
) -> None:
    page.goto("/blank.html")
    page.evaluate(BEGIN, runtime)
    ids = page.evaluate(TRACE, [8, "before"])
    page.evaluate("pyqueue.flush()")
    page.evaluate(DECLARE_DEAD)
    ids += page.evaluate(TRACE, [8, "after"])
    page.evaluate("pyqueue.flush()")
    assert page.evaluate("first")["runtime"] == runtime, "`ready` tells of the successor"
    ids += page.evaluate(TRACE, [8, "up"])
    page.evaluate("pyqueue.flush()")
    assert_each_once(page, ids)
    assert_law(page.evaluate("pyqueue.metrics()"))
    assert len(workers(page)) == 1


@pytest.mark.timeout(120)
def test_a_flush_that_finds_the_page_declared_dead_ends_when_all_is_durable(
    page: Page, runtime: str
) -> None:
    start(page, runtime=runtime)
    ids = page.evaluate(TRACE, [8, "before"])
    page.evaluate("pyqueue.flush()")
    page.evaluate(DECLARE_DEAD)
    ids += page.evaluate(TRACE, [8, "after"])
    page.evaluate("pyqueue.flush()")
    assert_each_once(page, ids)
    assert_law(page.evaluate("pyqueue.metrics()"))


@pytest.mark.timeout(120)
def test_a_worker_that_dies_while_it_is_shut_down_leaves_a_journal(
    page: Page, runtime: str
) -> None:
    start(page, runtime=runtime)
    page.evaluate(PAUSED)
    ids = page.evaluate(TRACE, [40, "held"])
    page.evaluate("() => { globalThis.ended = pyqueue.shutdown(); }")
    kill_worker(page, "/pyqueue/")
    page.evaluate("ended")
    assert_law(page.evaluate("pyqueue.metrics()"))
    while page.evaluate(LOCKS):  # for a moment yet, that of the dead worker
        page.evaluate("new Promise(requestAnimationFrame)")
    start(page, "/blank.html?again", runtime="none")
    page.evaluate("pyqueue.recovered")
    assert_each_once(page, ids)


def test_a_successor_uses_the_queue_that_was_chosen_last(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate("pyqueue.setQueue('fifo')")
    kill_worker(page, "/pyqueue/")
    page.evaluate("() => { pyqueue.on('batch', () => {}); }")  # nobody answers: no error
    until_replaced(page)
    assert page.evaluate("pyqueue.metrics()")["mode"] == "fifo"


def test_a_successor_is_paused_and_configured_as_it_was(page: Page) -> None:
    start(page, runtime="dedicated")
    page.evaluate("pyqueue.reconfigure({ maxBatchSize: 7 }).then(() => pyqueue.pause())")
    page.evaluate("() => { pyqueue.trace('held', {}, { priority: 'critical' }); }")
    end_worker(page)
    metrics = page.evaluate("pyqueue.metrics()")
    assert metrics["batchTarget"] <= 7
    assert metrics["written"] == 0
    page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
    assert len(stored(page)) == 1


def test_a_successor_gets_nothing_of_what_was_withdrawn(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate(PAUSED)
    page.evaluate(TRACE, [50, "private"])
    metrics_when(page, lambda metrics: metrics["memoryUsage"] > 0)
    (worker,) = workers(page)
    worker.evaluate("""() => {
      setTimeout(() => {
        for (const end = Date.now() + 300; Date.now() < end; );
        close();
      });
    }""")
    page.evaluate("pyqueue.setConsent(false)")  # which it does not hear of any more
    until_replaced(page)
    page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
    assert stored(page) == []
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["evicted"] == 50


def test_the_page_hears_at_once_of_what_python_refuses(page: Page) -> None:
    start(page, config={"sampleRate": 1e-9})
    page.evaluate(TRACE, [30, "sampled.out"])
    page.wait_for_function("pyqueue.metrics().then(({ refused }) => refused > 20)")
    held = "globalThis[Symbol.for('pyqueue.devtools')].clients[0].python().unsettled.length"
    page.wait_for_function(f"{held} === 0", timeout=5_000)


def test_an_id_is_taken_once_and_reasons_are_kept_across_a_lost_worker(page: Page) -> None:
    start(page)
    order = "pyqueue.trace('order', {}, { id: 'order-1' })"
    page.evaluate(f"async () => {{ {order}; {order}; await pyqueue.flush(); }}")
    end_worker(page)
    page.evaluate(f"async () => {{ {order}; await pyqueue.flush(); }}")
    assert_each_once(page, ["order-1"])
    metrics = page.evaluate("pyqueue.metrics()")
    assert metrics["refused"] == sum(metrics["droppedByReason"].values()) == 2
    assert_law(metrics)
