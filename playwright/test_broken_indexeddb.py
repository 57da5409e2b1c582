"""The kit for testers breaks the IndexedDB of any page, as each fault says, and repairs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from notes import ASK_WORKER, WORKS, notes_site
from pyqueue.testing.browser import (
    INDEXEDDB_FAULTS,
    break_indexeddb,
    break_indexeddb_from_the_start,
    break_indexeddb_in_workers,
    repair_indexeddb,
)

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
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with notes_site(tmp_path_factory.mktemp("notes")) as url:
        yield url


@pytest.fixture
def notes(page: Page, url: str) -> Page:
    page.goto(url)
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
