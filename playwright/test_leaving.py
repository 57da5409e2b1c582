"""Whoever leaves the page in the middle of something finds all of it at the next visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from browsers import ARGS, find_chromium
from hosting import Host
from inpage import START, assert_law, metrics_when, rows, start, stored, workers

TRACE = """([count, prefix]) => Array.from({ length: count }, (_, i) =>
  pyqueue.trace(`${prefix}.${i}`, { i }, { priority: i % 4 }))"""

JOURNALS = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('pyqueue/'))"

# A database that takes nothing, so that the journal is all there is.
NO_DATABASE = """() => {
  IDBFactory.prototype.open = () => { throw new DOMException("not now", "UnknownError"); };
}"""


def come_back(page: Page) -> Any:
    """The next visit, without Python; resolves to what it recovered."""
    start(page, "/blank.html?again", runtime="none")
    return page.evaluate("pyqueue.recovered")


def leave_without_database(page: Page, count: int, **options: object) -> list[str]:
    """A visit whose traces can go nowhere but into the journal."""
    page.goto("/blank.html")
    page.evaluate(NO_DATABASE)
    page.evaluate(START, {"runtime": "none", **options})
    ids: list[str] = page.evaluate(TRACE, [count, "left"])
    return ids


def test_what_could_not_be_written_is_merged_at_the_next_start(page: Page) -> None:
    ids = leave_without_database(page, 40)
    recovered = come_back(page)
    assert recovered["traces"] == 40
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)
    assert page.evaluate(JOURNALS) == []


def test_it_is_merged_once(page: Page) -> None:
    ids = leave_without_database(page, 40)
    page.evaluate("() => { dispatchEvent(new Event('pagehide')); }")
    (journal,) = page.evaluate(JOURNALS)
    come_back(page)
    # As if the page had died between the merge and the end of the journal.
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", journal)
    assert come_back(page)["traces"] == 0
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)


def test_two_tabs_that_merge_the_same_journal_store_it_once(
    page: Page, context: BrowserContext
) -> None:
    ids = leave_without_database(page, 40)
    other = context.new_page()
    other.goto("/blank.html")
    page.goto("/blank.html")
    begin = """async (options) => {
      const { start } = await import("/pyqueue/pyqueue.js");
      start(options);
    }"""
    for tab in (page, other):
        tab.evaluate(begin, {"runtime": "none"})
    for tab in (page, other):
        tab.evaluate("pyqueue.recovered")
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)


def test_the_most_important_goes_first_where_the_journal_is_small(page: Page) -> None:
    leave_without_database(page, 400, journal=8_000)
    come_back(page)
    kept = stored(page)
    assert 10 < len(kept) < 100
    assert {trace["priority"] for trace in kept} == {"critical"}
    assert [trace["attributes"]["i"] for trace in kept] == [3 + 4 * i for i in range(len(kept))]


def test_what_did_not_fit_is_told_as_unknown(page: Page) -> None:
    leave_without_database(page, 400, journal=8_000)
    recovered = come_back(page)
    assert recovered["traces"] + recovered["unknown"] == 400
    (account,) = [one for one in rows(page, store="ledger") if one["written"]]  # no fence
    assert account["unknown"] == recovered["unknown"]
    assert account["closed"]


def test_a_journal_that_is_no_journal_is_thrown_away(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate("""() => {
      const key = `pyqueue/pyqueue/${"x".repeat(16)}`;
      const traces = '{"time":1,"held":2,"traces":[1,{},null]}';
      const texts = ["{", "[]", "null", '{"time":1,"traces":7}', traces];
      texts.forEach((text, i) => localStorage.setItem(key + i, text));
    }""")
    assert come_back(page)["traces"] == 0
    assert page.evaluate(JOURNALS) == []
    assert stored(page) == []


def test_without_localstorage_nothing_is_thrown(page: Page) -> None:
    page.add_init_script("""
      const denied = () => { throw new DOMException("denied", "SecurityError"); };
      Object.defineProperty(globalThis, "localStorage", { get: denied });
    """)
    leave_without_database(page, 10)
    start(page, "/blank.html?again", runtime="none")
    page.evaluate("pyqueue.recovered")
    page.evaluate(TRACE, [10, "later"])
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == 10


def test_once_the_page_lives_on_and_all_is_written_the_journal_is_gone(page: Page) -> None:
    start(page, runtime="none")
    assert (
        page.evaluate("""() => {
      for (let i = 0; i < 20; i += 1) pyqueue.trace("mine", { i });
      dispatchEvent(new Event("pagehide"));
      return Object.keys(localStorage).length;
    }""")
        == 1
    )
    page.evaluate("pyqueue.flush()")
    assert page.evaluate(JOURNALS) == []


def test_a_journal_holds_no_secret(page: Page) -> None:
    page.goto("/blank.html")
    page.evaluate(NO_DATABASE)
    page.evaluate(START, {"runtime": "none"})
    page.evaluate("""() => {
      pyqueue.trace("login", { password: "correct horse", note: "card 4111 1111 1111 1111" });
      dispatchEvent(new Event("pagehide"));
    }""")
    ((_, text),) = page.evaluate(JOURNALS)
    assert "login" in text
    assert "correct horse" not in text
    assert "4111 1111" not in text


def test_another_database_s_journal_is_left_alone(page: Page) -> None:
    leave_without_database(page, 10, database="other")
    assert come_back(page)["traces"] == 0
    start(page, "/blank.html?other", runtime="none", database="other")
    assert page.evaluate("pyqueue.recovered")["traces"] == 10


def test_so_is_that_of_one_whose_name_begins_like_this_one_s(page: Page) -> None:
    leave_without_database(page, 10, database="pyqueue/shop")
    assert come_back(page)["traces"] == 0
    start(page, "/blank.html?other", runtime="none", database="pyqueue/shop")
    assert page.evaluate("pyqueue.recovered")["traces"] == 10


@pytest.fixture
def cached(driver: Playwright, server: Host) -> Iterator[Browser]:
    """A Chromium that keeps pages for Back, which Playwright's own switches off."""
    with driver.chromium.launch(
        executable_path=find_chromium(),
        args=ARGS,
        ignore_default_args=["--disable-back-forward-cache"],
    ) as browser:
        yield browser


@pytest.mark.parametrize("runtime", ["none", "worker", "dedicated"])
def test_back_finds_the_page_alive_and_nothing_twice(
    cached: Browser,
    server: Host,
    watch: Callable[[BrowserContext], None],
    runtime: str,
) -> None:
    for _ in range(3):
        context = cached.new_context(base_url=server.url)
        watch(context)
        page = context.new_page()
        start(page, runtime=runtime)
        page.evaluate("() => { globalThis.isTheSame = true; }")
        if runtime != "none":
            page.evaluate("pyqueue.pause()")  # so that all of it is still on its way
        ids = page.evaluate(TRACE, [300, "mine"])
        recovered = come_back(page)  # the journal of a page that is not dead but frozen
        if not recovered["sessions"]:
            continue  # on a slow disk the frozen page's transaction stands in the way, too
        assert recovered["sessions"] == 1

        with page.expect_event("framenavigated"):
            page.evaluate("() => history.back()")
        # A page is not kept if the next one has to wait for its transaction: so on a slow disk.
        if page.evaluate("globalThis.isTheSame"):
            break
    else:
        pytest.fail("the page was not kept")
    if runtime != "none":
        page.evaluate("pyqueue.resume()")
    ids += page.evaluate(TRACE, [10, "back"])
    page.evaluate("pyqueue.flush()")
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)
    assert_law(page.evaluate("pyqueue.metrics()"))


def test_what_became_a_dead_letter_is_in_no_journal(page: Page) -> None:
    start(page)
    workers(page)[0].evaluate("""() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value, ...more) {
        if (this.name === "segments") throw Object.assign(Error("never"), { name: "DataError" });
        return put.call(this, value, ...more);
      };
    }""")
    page.evaluate(TRACE, [4, "dead"])
    metrics_when(page, lambda metrics: metrics["dead"] == 4)
    assert len(page.evaluate("pyqueue.deadLetters()")) == 4
    page.evaluate("() => { dispatchEvent(new Event('pagehide')); }")
    assert page.evaluate(JOURNALS) == []


def test_an_id_that_came_twice_is_merged_once(page: Page) -> None:
    leave_without_database(page, 0)
    page.evaluate("() => [1, 2, 3].map((n) => pyqueue.trace('order', { n }, { id: 'order-1' }))")
    assert come_back(page) == {"sessions": 1, "traces": 1, "unknown": 0}
    assert [trace["attributes"] for trace in stored(page)] == [{"n": 1}]


def test_a_database_that_fails_at_first_is_asked_again_for_what_was_left(page: Page) -> None:
    leave_without_database(page, 5)
    page.goto("/blank.html?again")
    page.evaluate("""() => {
      const { open } = IDBFactory.prototype;
      let left = 3;
      IDBFactory.prototype.open = function (...args) {
        if (left-- > 0) throw new DOMException("not now", "UnknownError");
        return open.apply(this, args);
      };
    }""")
    page.evaluate(START, {"runtime": "none"})
    assert page.evaluate("pyqueue.recovered")["traces"] == 5
    assert len(stored(page)) == 5


def test_a_purge_reaches_the_journals_of_pages_that_are_gone(context: BrowserContext) -> None:
    page, other = context.new_page(), context.new_page()
    start(page, runtime="none")
    leave_without_database(other, 5)
    other.goto("/blank.html?gone")
    assert page.evaluate("pyqueue.purge()") == 5
    assert page.evaluate(JOURNALS) == []
    assert stored(page) == []
