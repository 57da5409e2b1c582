"""The kit for testers does what it says, to any page: plain IndexedDB, nothing of pyqueue."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright

from browsers import launch_profile
from hosting import Host
from pyqueue.testing.browser import (
    INDEXEDDB_FAULTS,
    block_python,
    break_indexeddb,
    break_indexeddb_from_the_start,
    break_indexeddb_in_workers,
    crash_tab,
    fill_quota,
    kill_browser,
    kill_worker,
    offline,
    renderer_pid,
    repair_indexeddb,
    two_tabs,
)

# A page of a user's, without pyqueue: it saves one value; `use` tells what happened, step by step.
STORE = """
const once = (target, ...kinds) =>
  new Promise((resolve) => kinds.forEach((kind) => (target["on" + kind] = () => resolve(kind))));

globalThis.connect = async () => {
  const request = indexedDB.open("notes", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("notes");
  if ((await once(request, "success", "error")) === "error") throw request.error;
  const db = request.result;
  db.onclose = () => (globalThis.wasClosed = true);
  return db;
};
globalThis.save = async (db, value) => {
  const tx = db.transaction("notes", "readwrite");
  tx.objectStore("notes").put(value, "note");
  tx.commit();
  return [await once(tx, "complete", "abort"), tx.error?.name ?? null];
};
globalThis.load = async (db) => {
  const request = db.transaction("notes").objectStore("notes").get("note");
  await once(request, "success", "error");
  return request.result;
};
globalThis.use = async (value) => {
  try {
    const db = await connect();
    const saved = await save(db, value);
    await new Promise(setTimeout);
    return [...saved, globalThis.wasClosed ?? false];
  } catch (error) {
    return [error.name];
  }
};
"""
FILES = {
    "index.html": '<!doctype html><title>notes</title><script src="notes.js"></script>',
    "notes.js": STORE,
    "worker.js": STORE + "onmessage = async ({ data }) => postMessage(await use(data));",
}
ASK_WORKER = """(value) => new Promise((resolve) => {
  globalThis.worker ??= new Worker("worker.js");
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(value);
})"""
WORKS = ["complete", None, False]

SEEN = {
    "missing": ["TypeError"],
    "open throws": ["SecurityError"],
    "open fails": ["UnknownError"],
    "connection closing": ["InvalidStateError"],
    "transaction inactive": ["TransactionInactiveError"],
    "write aborts": ["abort", None, False],
    "quota": ["abort", "QuotaExceededError", False],
    "closes": ["abort", None, True],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("notes")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    host = Host(mounts={"/notes": folder})
    yield host
    host.stop()


@pytest.fixture
def notes(page: Page, site: Host) -> Page:
    page.goto(site.url + "/notes/index.html")
    return page


def test_every_fault_is_tested_here() -> None:
    assert {*SEEN, "open blocked", "slow"} == set(INDEXEDDB_FAULTS)


@pytest.mark.parametrize(("fault", "seen"), SEEN.items(), ids=list(SEEN))
def test_a_fault_strikes_until_it_is_repaired(notes: Page, fault: str, seen: list[object]) -> None:
    assert notes.evaluate("use('before')") == WORKS
    break_indexeddb(notes, fault)
    assert notes.evaluate("use('lost')") == seen
    assert notes.evaluate("use('lost')") == seen
    assert repair_indexeddb(notes) == 2
    notes.evaluate("wasClosed = false")
    assert notes.evaluate("connect().then(load)") == "before"
    assert notes.evaluate("use('after')") == WORKS
    assert notes.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))") == [
        "notes"
    ]


@pytest.mark.parametrize(("fault", "seen"), SEEN.items(), ids=list(SEEN))
def test_a_fault_strikes_as_often_as_it_was_told_to(
    notes: Page, fault: str, seen: list[object]
) -> None:
    break_indexeddb(notes, fault, times=1)
    assert notes.evaluate("use('lost')") == seen
    notes.evaluate("wasClosed = false")
    assert notes.evaluate("use('kept')") == WORKS
    assert repair_indexeddb(notes) == 1


@pytest.mark.parametrize("fault", ["write aborts", "quota", "closes"])
def test_a_transaction_that_leaves_the_commit_to_the_browser_aborts_too(
    notes: Page, fault: str
) -> None:
    break_indexeddb(notes, fault)
    ended = """async () => {
      const tx = (await connect()).transaction("notes", "readwrite");
      tx.objectStore("notes").put(1, "note");
      return await new Promise((resolve) => {
        tx.oncomplete = tx.onabort = ({ type }) => resolve(type);
      });
    }"""
    assert notes.evaluate(ended) == "abort"


def test_a_blocked_open_never_answers_and_the_next_one_does(notes: Page) -> None:
    break_indexeddb(notes, "open blocked", times=1)
    notes.evaluate("globalThis.first = use('lost').then(() => (globalThis.answered = true)); null")
    assert notes.evaluate("use('kept')") == WORKS
    assert notes.evaluate("globalThis.answered") is None


def test_a_slow_transaction_is_complete_when_the_delay_is_over(notes: Page) -> None:
    notes.evaluate("use('before')")
    took = """async () => {
      const from = performance.now();
      return [await use('late'), performance.now() - from];
    }"""
    break_indexeddb(notes, "slow", delay=300)
    works, slow = notes.evaluate(took)
    assert works == WORKS
    assert slow >= 299


def test_two_faults_at_once_and_both_are_taken_back(notes: Page) -> None:
    break_indexeddb(notes, "write aborts", times=1)
    break_indexeddb(notes, "quota", times=1)
    notes.evaluate("use('lost')")
    notes.evaluate("use('lost')")
    repair_indexeddb(notes)
    assert notes.evaluate("use('kept')") == WORKS


def test_reads_go_on_while_writes_fail(notes: Page) -> None:
    notes.evaluate("use('before')")
    break_indexeddb(notes, "quota")
    assert notes.evaluate("connect().then(load)") == "before"


def test_a_worker_is_broken_apart_from_its_page(notes: Page) -> None:
    assert notes.evaluate(ASK_WORKER, "before") == WORKS
    break_indexeddb(notes.workers[0], "quota")
    assert notes.evaluate(ASK_WORKER, "lost") == SEEN["quota"]
    assert notes.evaluate("use('kept')") == WORKS
    assert repair_indexeddb(notes.workers[0]) == 1
    assert notes.evaluate(ASK_WORKER, "after") == WORKS


def test_a_page_finds_it_broken_from_its_first_line(notes: Page) -> None:
    break_indexeddb_from_the_start(notes, "missing")
    notes.reload()
    assert notes.evaluate("use('lost')") == SEEN["missing"]


def test_a_worker_finds_it_broken_from_its_first_line(notes: Page) -> None:
    break_indexeddb_in_workers(notes, "**/worker.js", "open throws", times=1)
    assert notes.evaluate(ASK_WORKER, "lost") == SEEN["open throws"]
    assert notes.evaluate(ASK_WORKER, "kept") == WORKS


def test_a_fault_that_it_does_not_know_is_a_mistake(notes: Page) -> None:
    with pytest.raises(ValueError, match=r"fault must be one of .* not 'opens'"):
        break_indexeddb(notes, "opens")


def test_a_full_origin_takes_what_is_left_and_no_more(notes: Page) -> None:
    noise = """async (size) => {
      const bytes = new Uint8Array(size);
      for (let n = 0; n < size; n += 50_000) crypto.getRandomValues(bytes.subarray(n, n + 50_000));
      return await save(await connect(), bytes);
    }"""
    with fill_quota(notes, free=500_000):
        assert notes.evaluate(noise, 1_000_000) == ["abort", "QuotaExceededError"]
        assert notes.evaluate(noise, 100_000) == ["complete", None]
    assert notes.evaluate(noise, 1_000_000) == ["complete", None]


@pytest.mark.expects_console_errors("ERR_INTERNET_DISCONNECTED")
def test_offline_nothing_is_fetched(notes: Page) -> None:
    fetched = "fetch('/blank.html').then(({ ok }) => ok, () => false)"
    with offline(notes.context):
        assert notes.evaluate(fetched) is False
    assert notes.evaluate(fetched) is True


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


def test_what_was_saved_outlives_a_killed_browser(driver: Playwright, site: Host) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = launch_profile(driver, profile)
        page = context.new_page()
        page.goto(site.url + "/notes/index.html")
        assert page.evaluate("use('kept')") == WORKS
        kill_browser(context)
        assert page.is_closed()

        context = launch_profile(driver, profile)
        page = context.new_page()
        page.goto(site.url + "/notes/index.html")
        assert page.evaluate("connect().then(load)") == "kept"
        context.close()
