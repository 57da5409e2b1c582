"""With the shim in a page's head, traces count from its first line on: before pyqueue.js is there,
and also if it never comes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from hosting import Host
from inpage import PRIORITIES, START, assert_law, rows, stored

HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>early</title>'
SHIM = '<script src="/pyqueue/shim.js"></script>'
PAGES = {
    "/early.html": HEAD + SHIM,
    "/twice.html": HEAD + SHIM + SHIM,
    "/app.html": HEAD + SHIM.replace("src", 'data-database="app" data-redact="nick" src'),
    "/silent.html": HEAD + SHIM.replace("src", 'data-consent="off" src'),
}

# A trace of each priority, some twice, and when they were made.
EARLY = """() => {
  const clock = () => performance.timeOrigin + performance.now();
  const note = (name, options) => {
    const before = clock();
    const id = pyqueue.trace(name, { name }, options);
    return { name, id, before, after: clock() };
  };
  return [
    note("first"), note("urgent", { priority: "critical" }), note("debug:chatter"),
    note("second"), note("user:click"), note("urgent too", { error: new Error("broken") }),
  ];
}"""
BY_PRIORITY = {
    "critical": ["urgent", "urgent too"],
    "high": ["user:click"],
    "normal": ["first", "second"],
    "low": ["debug:chatter"],
}

JOURNALS = """() => Object.fromEntries(
  Object.keys(localStorage).filter((key) => key.startsWith("pyqueue/"))
    .map((key) => [key, JSON.parse(localStorage[key])]))"""

SECRETS = {
    "password": "tiger",
    "user": {"accessToken": ["tiger"], "apiKey": {"deep": "tiger"}, "PIN": "tiger"},
    "note": "card 4111 1111 1111 1111",
    "amount": 4111111111111111,
    "header": "Bearer tiger",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.e30.tiger",
    "from": "https://tiger:tiger@example.org/",
    "link": "/reset?token=tiger",
    "4111-1111-1111-1111": "as a key",
}
SECRET = "tiger|4111.?1111"

BREAK_STORAGE = {
    "blocked": """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); },
    })""",
    "full": """Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    }""",
}


@pytest.fixture
def visit(page: Page, serve: Callable[..., Host]) -> Callable[[str], Page]:
    """Opens one of PAGES; pyqueue.js is not loaded there."""
    host = serve(pages=PAGES)

    def go(path: str) -> Page:
        page.goto(host.url + path)
        return page

    return go


def journals(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(JOURNALS)
    return found


@pytest.mark.parametrize("runtime", ["none", "worker"])
def test_what_came_before_pyqueue_is_stored_as_it_was(
    visit: Callable[[str], Page], runtime: str
) -> None:
    page = visit("/early.html")
    early = page.evaluate(EARLY)
    assert page.evaluate("pyqueue.traces.length")
    page.evaluate(START, {"runtime": runtime})
    later = page.evaluate('pyqueue.trace("later")')
    page.evaluate("pyqueue.flush()")

    traces = {trace["id"]: trace for trace in stored(page)}
    assert set(traces) == {one["id"] for one in early} | {later}
    for one in early:
        trace = traces[one["id"]]
        assert (trace["name"], trace["attributes"]) == (one["name"], {"name": one["name"]})
        assert one["before"] - 0.001 <= trace["timestamp"] <= one["after"] + 0.001
    for priority in PRIORITIES:
        names = [one["name"] for one in stored(page) if one["priority"] == priority]
        assert names == [*BY_PRIORITY[priority], *(["later"] if priority == "normal" else [])]
    assert_law(page.evaluate("pyqueue.metrics()"))
    assert len({row["session"].split("-")[0] for row in rows(page)}) == 1


def test_what_the_page_changes_afterwards_changes_no_trace(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    page.evaluate("""() => {
      const cart = { items: [1], total: Infinity };
      cart.self = cart;
      pyqueue.trace("checkout", cart);
      cart.items.push(2);
      cart.total = 0;
    }""")
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("pyqueue.flush()")
    (trace,) = stored(page)
    assert trace["attributes"] == {"items": [1], "total": "[Infinity]", "self": "[circular]"}


def test_who_kept_the_shim_has_the_client(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    page.evaluate(
        """() => {
          window.kept = pyqueue;
          window.early = pyqueue.trace;
          window.open = pyqueue.span("open", { from: 1 });
        }"""
    )
    page.evaluate(START, {"runtime": "none"})
    ids = page.evaluate("""async () => {
      const ids = [open.end({ attributes: { to: 2 } }), kept.trace("kept"), early("kept too")];
      const again = open.end();
      await pyqueue.flush();
      return [...ids, again];
    }""")
    span, kept, too = stored(page)
    assert ids == [span["id"], kept["id"], too["id"], span["id"]]
    assert (span["attributes"], kept["name"]) == ({"from": 1, "to": 2}, "kept")
    assert span["duration"] > 0


def test_nothing_that_is_no_trace_throws(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    answers = page.evaluate("""() => [
      pyqueue.trace(), pyqueue.trace(""), pyqueue.trace(7, {}), pyqueue.span().end(),
      pyqueue.trace("options", {}, { get priority() { throw new Error("a getter"); } }),
      pyqueue.span("span", { get a() { throw new Error("a getter"); } }).end(),
    ]""")
    assert answers == [None] * 6
    fine = page.evaluate('pyqueue.trace("fine", { get a() { throw new Error("a getter"); } })')
    page.evaluate(START, {"runtime": "none"})
    metrics = page.evaluate("async () => { await pyqueue.flush(); return pyqueue.metrics(); }")
    assert_law(metrics)
    assert (metrics["offered"], metrics["droppedByReason"]) == (7, {"invalid": 6})
    assert [trace["id"] for trace in stored(page)] == [fine]


def test_secrets_reach_neither_the_rows_nor_the_journal(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    page.evaluate(
        "(secrets) => { pyqueue.trace('login', secrets, { status: 'pin=tiger' }); }", SECRETS
    )
    page.evaluate("pyqueue.trace('failed', {}, { error: new Error('Bearer tiger') })")
    visit("/blank.html")
    (journal,) = journals(page).values()
    assert len(journal["traces"]) == 2
    assert not re.findall(SECRET, json.dumps(journal))

    visit("/early.html")
    page.evaluate("(secrets) => { pyqueue.trace('login', secrets); }", SECRETS)
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("async () => { await pyqueue.recovered; await pyqueue.flush(); }")
    assert not re.findall(SECRET, json.dumps(rows(page)))
    assert len(stored(page)) == 3


def test_a_page_that_leaves_first_leaves_a_journal(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    early = page.evaluate(EARLY)
    visit("/blank.html")

    ((key, journal),) = journals(page).items()
    assert key == f"pyqueue/pyqueue/{early[0]['id'].split('-')[0]}"
    names = [name for group in BY_PRIORITY.values() for name in group]
    assert [trace["name"] for trace in journal["traces"]] == names
    assert {trace["id"] for trace in journal["traces"]} == {one["id"] for one in early}
    assert journal["held"] == len(early)

    page.evaluate(START, {"runtime": "none"})  # and the next start takes it in
    assert page.evaluate("pyqueue.recovered")["traces"] == len(early)
    assert {trace["id"] for trace in stored(page)} == {one["id"] for one in early}
    assert journals(page) == {}


def test_the_journal_is_small_and_holds_what_matters_most(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    page.evaluate("""() => {
      const text = "x".repeat(900);
      for (let n = 0; n < 400; n += 1) pyqueue.trace("row", { n, text }, { priority: n % 4 });
      pyqueue.trace("huge", { text: "x".repeat(70_000) }, { priority: "critical" });
    }""")
    visit("/blank.html")
    (journal,) = journals(page).values()
    assert page.evaluate("Object.values(localStorage)[0].length") < 61_000
    kept = [trace["attributes"]["n"] for trace in journal["traces"]]
    assert kept == list(range(3, 400, 4))[: len(kept)]
    assert len(kept) > 50
    assert journal["held"] == 401


def test_a_page_that_was_only_hidden_stores_its_traces_once(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    early = page.evaluate(EARLY)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
    assert len(journals(page)) == 1
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("async () => { await pyqueue.recovered; await pyqueue.flush(); }")
    page.wait_for_function("!Object.keys(localStorage).some((key) => key.startsWith('pyqueue/'))")
    assert len(stored(page)) == len(early)

    visit("/blank.html")
    page.evaluate(START, {"runtime": "none"})
    assert page.evaluate("pyqueue.recovered")["traces"] == 0
    assert sorted(trace["id"] for trace in stored(page)) == sorted(one["id"] for one in early)


def test_it_has_attributes_for_the_database_and_more_to_hide(visit: Callable[[str], Page]) -> None:
    page = visit("/app.html")
    page.evaluate("pyqueue.trace('hello', { nickName: 'tiger', city: 'Ulm' })")
    visit("/blank.html")
    ((key, journal),) = journals(page).items()
    assert key.startswith("pyqueue/app/")
    assert journal["traces"][0]["attributes"] == {"nickName": "[redacted]", "city": "Ulm"}


def test_without_consent_it_keeps_nothing(visit: Callable[[str], Page]) -> None:
    page = visit("/silent.html")
    assert page.evaluate(f"({EARLY})().map(({{ id }}) => id)") == [None] * 6
    assert page.evaluate("pyqueue.traces") == []
    visit("/blank.html")
    assert journals(page) == {}


@pytest.mark.parametrize("fault", BREAK_STORAGE)
def test_broken_storage_does_not_reach_the_page(visit: Callable[[str], Page], fault: str) -> None:
    visit("/blank.html").context.add_init_script(BREAK_STORAGE[fault])
    page = visit("/early.html")
    page.evaluate(EARLY)
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == 6


def test_beyond_its_bound_the_least_goes_and_is_counted(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    answers = page.evaluate("""() => {
      for (let n = 0; n < 2000; n += 1) pyqueue.trace("row", { n });
      const most = pyqueue.trace("most", {}, { priority: "critical" });
      const least = pyqueue.trace("least", {}, { priority: "low" });
      return [most, least, pyqueue.trace("row"), pyqueue.traces.length];
    }""")
    assert [bool(answer) for answer in answers[:3]] == [True, False, False]
    assert answers[3] == 2000

    page.evaluate(START, {"runtime": "none"})
    metrics = page.evaluate("async () => { await pyqueue.flush(); return pyqueue.metrics(); }")
    assert_law(metrics)
    counts = [metrics[key] for key in ("offered", "accepted", "refused", "evicted", "written")]
    assert counts == [2003, 2001, 2, 1, 2000]
    assert metrics["droppedByReason"] == {"page_bytes": 3}
    kept = [trace["attributes"]["n"] for trace in stored(page) if trace["name"] == "row"]
    assert kept == list(range(1, 2000))


def test_it_keeps_at_most_a_mebibyte(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    kept = page.evaluate("""() => {
      for (let n = 0; n < 30; n += 1) pyqueue.trace("big", { text: "ä".repeat(50_000) });
      return pyqueue.traces.reduce((sum, { size }) => sum + size, 0);
    }""")
    assert 900_000 < kept <= 2**20
    assert page.evaluate("pyqueue.refused") == [0, 20, 0, 0]

    page.evaluate("""() => { // what it gives up makes room for what matters more
      for (let n = 0; n < 12; n += 1) {
        pyqueue.trace("big", { text: "ä".repeat(50_000) }, { priority: "high" });
      }
    }""")
    assert page.evaluate("[pyqueue.evicted, pyqueue.traces.length]") == [[0, 10, 0, 0], 10]
    assert page.evaluate("pyqueue.refused") == [0, 20, 2, 0]

    page.evaluate("""() => { // nothing goes for one that has no room even so
      pyqueue.trace("bigger", { text: "x".repeat(2 ** 20) }, { priority: "critical" });
    }""")
    assert page.evaluate("[pyqueue.evicted, pyqueue.traces.length]") == [[0, 10, 0, 0], 10]


def test_loaded_twice_it_is_one(visit: Callable[[str], Page]) -> None:
    page = visit("/twice.html")
    page.evaluate(EARLY)
    page.evaluate(START, {"runtime": "none"})
    page.add_script_tag(url="/pyqueue/shim.js")
    assert page.evaluate("typeof pyqueue.flush") == "function", "it took the client's place"
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == 6
    visit("/blank.html")
    assert journals(page) == {}


def test_a_client_without_consent_keeps_nothing_of_it(visit: Callable[[str], Page]) -> None:
    page = visit("/early.html")
    page.evaluate("() => { pyqueue.trace('early'); dispatchEvent(new Event('pagehide')); }")
    assert len(journals(page)) == 1
    page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      start({ consent: false });
    }""")
    assert journals(page) == {}
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["droppedByReason"] == {"consent": 1}
    assert page.evaluate("pyqueue.health()")["grade"] == "degraded"  # and does not wait for it
