"""The pages of an origin share one Python; each has a queue of its own; none harms another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

from browsers import ARGS, find_chromium
from hosting import Host
from inpage import START, assert_law, metrics_when, start, stored, workers
from pyqueue.testing.browser import crash_tab, kill_worker, renderer_pid, shared_workers

TRACE = """([count, prefix]) => Array.from({ length: count }, (_, i) =>
  pyqueue.trace(`${prefix}.${i}`, { i }, { priority: i % 4 }))"""


@pytest.fixture
def pages(context: BrowserContext) -> tuple[Page, Page]:
    """Two with a client each; the first one's process has the worker."""
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        assert start(page)["runtime"] == "worker"
    return first, second


def ids_of(page: Page) -> list[str]:
    return sorted(trace["id"] for trace in stored(page))


def until_replaced(page: Page) -> None:
    metrics_when(page, lambda metrics: metrics["restarts"] == 1 and metrics["mode"] != "booting")


def test_two_pages_have_one_python_and_an_account_each(pages: tuple[Page, Page]) -> None:
    ids = [id for page in pages for id in page.evaluate(TRACE, [300, "mine"])]
    for page in pages:
        page.evaluate("pyqueue.flush()")
        metrics = page.evaluate("pyqueue.metrics()")
        assert_law(metrics)
        assert metrics["offered"] == metrics["written"] == 300
        assert len(workers(page)) == 1
    assert ids_of(pages[0]) == sorted(ids)


def test_what_one_page_sets_is_nothing_to_the_other(pages: tuple[Page, Page]) -> None:
    one, other = pages
    one.evaluate("async () => { await pyqueue.setQueue('fifo'); await pyqueue.pause(); }")
    other.evaluate(TRACE, [40, "other"])
    other.evaluate("pyqueue.flush()")
    assert other.evaluate("pyqueue.metrics()")["mode"] == "priority"


def test_pages_that_start_at_once_with_a_config_of_their_own_get_it(
    context: BrowserContext,
) -> None:
    pages = [context.new_page() for _ in range(3)]
    begin = """(maxBatchSize) => {
      globalThis.begun = import("/pyqueue/pyqueue.js").then(({ start }) =>
        start({ config: { maxBatchSize } }).ready);
    }"""
    for page in pages:
        page.goto("/blank.html")
    for number, page in enumerate(pages, 1):
        page.evaluate(begin, 10 * number)
    for number, page in enumerate(pages, 1):
        assert page.evaluate("begun")["runtime"] == "worker"
        page.evaluate(TRACE, [60, "mine"])
        page.evaluate("pyqueue.flush()")
        assert page.evaluate("pyqueue.metrics()")["batches"] >= 6 / number
    assert len(workers(pages[0])) == 1


def test_a_page_that_shuts_down_leaves_the_others_their_python(pages: tuple[Page, Page]) -> None:
    one, other = pages
    one.evaluate(TRACE, [40, "one"])
    one.evaluate("pyqueue.shutdown()")
    other.evaluate(TRACE, [40, "other"])
    other.evaluate("pyqueue.flush()")
    assert len(stored(other)) == 80
    metrics = other.evaluate("pyqueue.metrics()")
    assert (metrics["restarts"], metrics["mode"]) == (0, "priority")


def test_when_the_page_that_brought_it_is_closed_the_other_keeps_it(
    pages: tuple[Page, Page],
) -> None:
    host, guest = pages
    host.close()
    guest.evaluate(TRACE, [40, "guest"])
    guest.evaluate("pyqueue.flush()")
    assert guest.evaluate("pyqueue.metrics()")["restarts"] == 0


def test_when_the_last_page_has_shut_down_the_worker_ends(page: Page) -> None:
    start(page)
    (worker,) = shared_workers(page)
    worker.evaluate("() => { const real = setTimeout; setTimeout = (act) => real(act); }")  # soon
    page.evaluate("pyqueue.shutdown()")
    while shared_workers(page):
        page.evaluate("new Promise(requestAnimationFrame)")


def test_what_a_crashed_page_had_handed_over_is_written_by_the_others_python(
    page: Page, context: BrowserContext
) -> None:
    start(page)
    other = context.new_page()
    start(other, config={"batchTimeout": 3_000})  # until then most of it waits
    pid = renderer_pid(other)
    ids = other.evaluate(TRACE, [40, "other"])
    metrics_when(other, lambda metrics: metrics["byPriority"]["critical"]["written"] == 10)
    crash_tab(other, pid)
    while len(stored(page)) < 40:
        page.evaluate("new Promise(requestAnimationFrame)")
    assert ids_of(page) == sorted(ids)
    page.evaluate("pyqueue.flush()")
    assert page.evaluate("pyqueue.metrics()")["restarts"] == 0


def test_when_its_process_crashes_with_a_page_the_other_goes_on_with_another(
    pages: tuple[Page, Page],
) -> None:
    host, guest = pages
    pid = renderer_pid(host)
    guest.evaluate("pyqueue.pause()")
    ids = guest.evaluate(TRACE, [400, "held"])
    crash_tab(host, pid)
    ids += guest.evaluate(TRACE, [40, "later"])
    until_replaced(guest)
    guest.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
    assert ids_of(guest) == sorted(ids)
    assert_law(guest.evaluate("pyqueue.metrics()"))


BREAK = "() => { Array.prototype[Symbol.iterator] = undefined; }"


@pytest.mark.parametrize("end", ["killed", "broken"])
def test_when_it_dies_all_pages_go_on_with_one_other(pages: tuple[Page, Page], end: str) -> None:
    ids = []
    for page in pages:
        page.evaluate("pyqueue.pause()")
        ids += page.evaluate(TRACE, [200, "held"])
    if end == "killed":
        assert kill_worker(pages[0], "/pyqueue/") == 1
    else:
        shared_workers(pages[0])[0].evaluate(BREAK)
        ids += pages[0].evaluate(TRACE, [10, "broken"])  # the other has nothing to say to it
    for page in pages:
        until_replaced(page)
        page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
        assert_law(page.evaluate("pyqueue.metrics()"))
    assert ids_of(pages[0]) == sorted(ids)
    assert len(workers(pages[0])) == 1


def test_a_page_whose_clock_runs_hours_ahead_need_not_wait_for_its_batch(
    page: Page, context: BrowserContext
) -> None:
    """Clocks of processes differ by as long as the computer slept in between."""
    start(page)
    for hours in (8, -8):
        other = context.new_page()
        other.add_init_script(f"""
          const origin = performance.timeOrigin + {hours * 3_600_000};
          Object.defineProperty(performance, "timeOrigin", {{ value: origin }});
        """)
        start(other)
        for _ in range(2):  # the first, after a quiet while, would be written at once
            other.evaluate(TRACE, [2, "ahead"])
            other.evaluate("new Promise((resolve) => pyqueue.on('drained', resolve))")
        wait = other.evaluate("pyqueue.metrics()")["latencyP99"]["low"]
        assert 0 < wait < 60_000


@pytest.fixture
def cached(driver: Playwright, server: Host) -> Iterator[BrowserContext]:
    """Of a Chromium that keeps pages for Back, which Playwright's own switches off."""
    with driver.chromium.launch(
        executable_path=find_chromium(),
        args=ARGS,
        ignore_default_args=["--disable-back-forward-cache"],
    ) as browser:
        yield browser.new_context(base_url=server.url)


@pytest.mark.parametrize("others", [2, 8])
def test_back_finds_a_page_alive_however_many_came_meanwhile(
    cached: BrowserContext, watch: Callable[[BrowserContext], None], others: int
) -> None:
    """Only a few that are away are waited for."""
    watch(cached)
    page = cached.new_page()
    start(page)
    page.evaluate("""() => {
      globalThis.isTheSame = true;
      const trace = () => { globalThis.atOnce = pyqueue.trace("back", {}, { priority: 3 }); };
      addEventListener("pageshow", trace);
    }""")
    ids = page.evaluate(TRACE, [40, "before"])
    page.goto("/blank.html?elsewhere")
    for _ in range(others):
        other = cached.new_page()
        start(other)
        ids += other.evaluate(TRACE, [4, "other"])
        other.evaluate("pyqueue.flush()")
        other.close()
    with page.expect_event("framenavigated"):
        page.evaluate("() => history.back()")
    assert page.evaluate("globalThis.isTheSame"), "the page was not kept"
    ids += [page.evaluate("atOnce"), *page.evaluate(TRACE, [10, "back"])]
    page.evaluate("pyqueue.flush()")
    assert ids_of(page) == sorted(ids)
    assert_law(page.evaluate("pyqueue.metrics()"))
    (worker,) = workers(page)
    assert worker.evaluate("name").endswith(" 0"), "it did not live on"


def test_a_page_of_another_build_has_another(page: Page, context: BrowserContext) -> None:
    start(page)
    (worker,) = shared_workers(page)
    build = worker.name.split()[1]

    def newer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(build, "newer"))

    other = context.new_page()
    other.route("**/python.js", newer)
    start(other)
    assert {one.name.split()[1] for one in shared_workers(page)} == {build, "newer"}


SOON = """() => {
  const real = setTimeout;
  globalThis.setTimeout = (act, ms) => real(act, ms === 10_000 ? 10 : ms);
}"""
NO_SHARING = {
    "there are none": "delete globalThis.SharedWorker;",
    "blocked": "SharedWorker = class { constructor() { throw new DOMException('no'); } };",
    "does not start": """
      SharedWorker = class extends EventTarget {
        port = new MessageChannel().port1;
        constructor() { super(); setTimeout(() => this.onerror(new Event("error"))); }
      };""",
    "never answers": f"""
      SharedWorker = class {{ port = new MessageChannel().port1; }};
      ({SOON})();""",
}


@pytest.mark.parametrize("why", list(NO_SHARING))
def test_where_workers_cannot_be_shared_the_page_has_one_of_its_own(page: Page, why: str) -> None:
    page.add_init_script(NO_SHARING[why])
    assert start(page)["runtime"] == "worker"
    assert len(page.workers) == len(workers(page)) == 1
    page.evaluate(TRACE, [10, "mine"])
    page.evaluate("pyqueue.flush()")
    assert len(stored(page)) == 10


def test_a_page_that_wants_one_of_its_own_gets_it(page: Page, context: BrowserContext) -> None:
    start(page)
    other = context.new_page()
    assert start(other, runtime="dedicated")["runtime"] == "dedicated"
    assert [len(one.workers) for one in (page, other)] == [0, 1]


def test_in_firefox_pages_share_one_too(firefox: Browser, server: Host) -> None:
    context = firefox.new_context(base_url=server.url)
    pages = [context.new_page() for _ in range(2)]
    for page in pages:
        page.goto("/blank.html")
        assert page.evaluate(START)["runtime"] == "worker"
        page.evaluate(TRACE, [40, "mine"])
        page.evaluate("pyqueue.flush()")
    locks = pages[0].evaluate(
        "navigator.locks.query().then(({ held }) => held.map(({ name }) => name))"
    )
    assert len([lock for lock in locks if re.match("pyqueue/worker/", lock)]) == 1
    assert len(stored(pages[0])) == 80
    context.close()
