"""Any number of tabs share one database; one looks after it; each can be seen from the others."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from inpage import READ_STORE, assert_law, start, stored, workers

TRACE = """([count, prefix]) => Array.from({ length: count }, (_, i) =>
  pyqueue.trace(`${prefix}.${i}`, { i }, { priority: i % 4 }))"""

LEADER = """async () => {
  const { held } = await navigator.locks.query();
  return held.filter(({ name }) => name === "pyqueue/pyqueue/leader").length;
}"""


def two(context: BrowserContext, runtime: str = "none") -> tuple[Page, Page]:
    """Two tabs with a client each."""
    tabs = context.new_page(), context.new_page()
    for tab in tabs:
        start(tab, runtime=runtime)
        tab.evaluate("pyqueue.recovered")
    return tabs


def leader_token(page: Page) -> int:
    """The number of the present leader; waits until there is one."""
    token: int = page.evaluate("""async () => {
      for (;;) {
        const open = indexedDB.open("pyqueue");
        const db = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
        const get = db.transaction("meta").objectStore("meta").get("leader");
        await new Promise((resolve) => (get.onsuccess = resolve));
        db.close();
        if (get.result) return get.result.token;
      }
    }""")
    return token


def test_what_two_tabs_trace_is_found_from_either(context: BrowserContext) -> None:
    one, other = two(context)
    for tab, name in ((one, "one"), (other, "other")):
        tab.evaluate(TRACE, [100, name])
        tab.evaluate("pyqueue.flush()")
    for tab in (one, other):
        assert tab.evaluate("pyqueue.query().then(({ length }) => length)") == 200


def test_what_another_tab_has_queued_is_found_when_asked_for(context: BrowserContext) -> None:
    one, other = two(context)
    other.evaluate(TRACE, [3, "waits"])  # a second, until the spool writes
    names = one.evaluate("""async () => {
      const found = await pyqueue.query({ tabs: true });
      return found.map(({ name }) => name);
    }""")
    assert sorted(names) == ["waits.0", "waits.1", "waits.2"]


def test_every_tab_s_figures_are_seen_from_each(context: BrowserContext) -> None:
    one, other = two(context)
    one.evaluate(TRACE, [10, "one"])
    other.evaluate(TRACE, [20, "other"])
    tabs = one.evaluate("pyqueue.tabs()")
    assert sorted(tab["metrics"]["offered"] for tab in tabs) == [10, 20]
    assert [tab["metrics"]["offered"] for tab in tabs if tab["isThis"]] == [10]
    for tab in tabs:
        assert_law(tab["metrics"])


def test_the_sessions_of_the_past_and_of_other_tabs_have_accounts(context: BrowserContext) -> None:
    one, other = two(context)
    other.evaluate(TRACE, [20, "other"])
    other.evaluate("pyqueue.flush()")
    other.close()
    one.evaluate(TRACE, [10, "one"])
    one.evaluate("pyqueue.flush()")
    one.goto("/blank.html?again")
    start(one, "/blank.html?again", runtime="none")
    recovered = one.evaluate("pyqueue.recovered")
    assert recovered["traces"] == recovered["unknown"] == 0
    accounts = one.evaluate("pyqueue.sessions()")
    assert sorted(account["written"] for account in accounts if account["written"]) == [10, 20]
    assert all(account["closed"] for account in accounts)


def test_one_tab_leads_and_another_takes_over(context: BrowserContext) -> None:
    one, other = two(context)
    first = leader_token(one)
    assert other.evaluate(LEADER) == 1
    leading = [tab["isLeader"] for tab in one.evaluate("pyqueue.tabs()")]
    assert sorted(leading) == [False, True]
    one.close()
    tries = iter(range(1_000))  # each takes a while
    while leader_token(other) == first:
        next(tries)
    assert leader_token(other) == first + 1
    assert other.evaluate(LEADER) == 1


def test_a_purge_reaches_every_tab_and_every_row(context: BrowserContext) -> None:
    one, other = two(context)
    for tab in (one, other):
        tab.evaluate(TRACE, [40, "stored"])
        tab.evaluate("pyqueue.flush()")
        tab.evaluate(TRACE, [4, "stored"])  # these still wait
    gone = one.evaluate("pyqueue.purge({ name: 'stored.1' })")
    assert gone >= 2
    other.evaluate("pyqueue.flush()")
    left = {trace["name"] for trace in stored(one)}
    assert "stored.1" not in left
    assert len(left) == 39
    for tab in (one, other):
        assert_law(tab.evaluate("pyqueue.metrics()"))


@pytest.mark.parametrize("runtime", ["none", "worker"])
def test_without_consent_nothing_is_kept_and_nothing_begins(page: Page, runtime: str) -> None:
    page.goto("/blank.html")
    databases = page.evaluate(
        """async (runtime) => {
          const { start } = await import("/pyqueue/pyqueue.js");
          const pq = start({ runtime, consent: false });
          const refused = pq.trace("secret", { of: "mine" });
          dispatchEvent(new Event("pagehide"));
          return [refused, await indexedDB.databases(), Object.keys(localStorage)];
        }""",
        runtime,
    )
    assert databases == [None, [], []]
    assert workers(page) == []

    page.evaluate("async () => { pyqueue.setConsent(true); await pyqueue.ready; }")
    page.evaluate(TRACE, [5, "given"])
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == 5

    page.evaluate("() => { pyqueue.trace('waits'); pyqueue.setConsent(false); }")
    page.evaluate(TRACE, [5, "withdrawn"])
    page.evaluate("pyqueue.flush()")
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["droppedByReason"]["consent"] == 7
    names = {trace["name"] for trace in stored(page)}
    assert names == {f"given.{i}" for i in range(5)}
    assert page.evaluate(READ_STORE, ["pyqueue", "dead_letters"]) == []
