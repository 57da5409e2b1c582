"""The kit for testers crashes, fills, cuts off and blocks any page, as it says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from browsers import launch_profile
from hosting import Host
from notes import ASK_SHARED_WORKER, ASK_WORKER, WORKS, notes_site
from pyqueue.testing.browser import (
    block_python,
    break_indexeddb,
    crash_tab,
    fill_quota,
    kill_browser,
    kill_worker,
    offline,
    renderer_pid,
    repair_indexeddb,
    shared_workers,
    two_tabs,
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with notes_site(tmp_path_factory.mktemp("notes")) as url:
        yield url


@pytest.fixture
def notes(page: Page, url: str) -> Page:
    page.goto(url)
    return page


def test_a_full_origin_takes_what_is_left_and_no_more(notes: Page) -> None:
    noise = """async (size) => {
      const bytes = new Uint8Array(size);
      for (let n = 0; n < size; n += 50_000) crypto.getRandomValues(bytes.subarray(n, n + 50_000));
      return await save(await connect(), bytes);
    }"""
    with fill_quota(notes, free=500_000):
        assert notes.evaluate(noise, 100_000) == ["complete", None]
        assert notes.evaluate(noise, 1_000_000) == ["abort", "QuotaExceededError"]
    assert notes.evaluate(noise, 1_000_000) == ["complete", None]


@pytest.mark.expects_console_errors("ERR_INTERNET_DISCONNECTED")
def test_offline_nothing_is_fetched_in_a_shared_worker_neither(notes: Page) -> None:
    notes.evaluate(ASK_SHARED_WORKER, "mine")
    everywhere = [notes, *shared_workers(notes)]
    fetched = "fetch('/blank.html').then(({ ok }) => ok, () => false)"
    with offline(notes.context):
        assert [one.evaluate(fetched) for one in everywhere] == [False, False]
    assert [one.evaluate(fetched) for one in everywhere] == [True, True]


@pytest.mark.expects_console_errors("404", "ERR_FAILED")
@pytest.mark.parametrize(("how", "answer"), [("missing", 404), ("refused", "TypeError")])
def test_without_its_wasm_there_is_no_python(notes: Page, how: str, answer: object) -> None:
    block_python(notes, how)
    fetched = """() => fetch("/pyqueue/pyodide/pyodide.asm.wasm", { method: "HEAD" })
      .then(({ status }) => status, ({ name }) => name)"""
    assert notes.evaluate(fetched) == answer


@pytest.mark.expects_console_errors("WebAssembly", "Content Security Policy")
def test_a_policy_without_wasm_holds_in_the_page_and_in_its_worker(
    page: Page, server: Host
) -> None:
    compiles = """async () => {
      try {
        return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) && "compiled";
      } catch (error) {
        return error.name;
      }
    }"""
    load = """() => {
      globalThis.worker = new Worker("/pyqueue/worker.js", { type: "module" });
    }"""
    block_python(page, "policy")
    page.goto("/blank.html")
    with page.expect_worker() as started:
        page.evaluate(load)
    assert page.evaluate(compiles) == "CompileError"
    assert started.value.evaluate(compiles) == "CompileError"


def test_a_crashed_tab_is_gone_and_the_other_goes_on(context: BrowserContext) -> None:
    first, second = two_tabs(context, "/blank.html")
    assert renderer_pid(first) != renderer_pid(second)
    first.evaluate("addEventListener('pagehide', () => localStorage.setItem('told', 'it'))")
    crash_tab(first)
    with pytest.raises(Error, match="crashed"):
        first.evaluate("1")
    first.close()
    assert second.evaluate("localStorage.getItem('told')") is None


def test_a_tab_can_be_killed_at_a_moment_of_the_test_s_choice(page: Page) -> None:
    page.goto("/blank.html")
    pid = renderer_pid(page)
    page.evaluate("setTimeout(() => { for (;;); })")
    crash_tab(page, pid)
    page.close()


def test_a_killed_worker_answers_no_more_and_its_page_is_not_told(notes: Page) -> None:
    notes.evaluate(ASK_WORKER, "before")
    notes.evaluate("worker.onerror = () => (globalThis.told = true); null")
    assert kill_worker(notes, "other.js") == 0
    assert kill_worker(notes, "worker.js") == 1
    assert notes.workers == []
    notes.evaluate("worker.postMessage('lost')")
    assert notes.evaluate("connect().then(load)") == "before"
    assert notes.evaluate("globalThis.told") is None


def test_a_shared_worker_can_be_reached_broken_and_killed(notes: Page) -> None:
    assert notes.evaluate(ASK_SHARED_WORKER, "before") == WORKS
    (worker,) = shared_workers(notes, "shared.js")
    assert worker.evaluate("async (n) => n + 1", 1) == 2
    with pytest.raises(RuntimeError, match="not today"):
        worker.evaluate("() => { throw new Error('not today'); }")
    break_indexeddb(worker, "quota", times=1)
    assert notes.evaluate(ASK_SHARED_WORKER, "x")[1] == "QuotaExceededError"
    assert repair_indexeddb(worker) == 1
    assert kill_worker(notes, "shared.js") == 1
    assert shared_workers(notes) == []
    assert notes.evaluate("connect().then(load)") == "before"


def test_of_another_context_no_shared_worker_is_seen(notes: Page, chromium: Browser) -> None:
    notes.evaluate(ASK_SHARED_WORKER, "mine")
    with chromium.new_context() as other:
        assert shared_workers(other.new_page()) == []


def test_what_was_saved_outlives_a_killed_browser(driver: Playwright, url: str) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = launch_profile(driver, profile)
        page = context.new_page()
        page.goto(url)
        assert page.evaluate("use('kept')") == WORKS
        kill_browser(context)
        assert page.is_closed()

        context = launch_profile(driver, profile)
        page = context.new_page()
        page.goto(url)
        assert page.evaluate("connect().then(load)") == "kept"
        context.close()
