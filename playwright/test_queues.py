"""The feature flag: which queue runs, who decides, and that a change of queue loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import START, assert_law, start, stored

START_WITH_ERRORS = """async (options) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const errors = [];
  const pq = start(options);
  pq.on("error", ({ error }) => errors.push(error));
  const { queue } = await pq.ready;
  return { queue, mode: (await pq.metrics()).mode, errors };
}"""


@pytest.mark.parametrize(
    ("url", "storage", "option", "queue"),
    [
        ("", None, "fifo", "fifo"),
        ("", "priority", "fifo", "priority"),
        ("?pyqueue_queue=fifo", None, None, "fifo"),
        ("?pyqueue_queue=priority", "fifo", "fifo", "priority"),
    ],
    ids=["option", "storage before option", "url", "url before storage and option"],
)
def test_the_flag_is_read_from_url_then_storage_then_option(
    page: Page, url: str, storage: str | None, option: str | None, queue: str
) -> None:
    page.goto("/blank.html" + url)
    if storage:
        page.evaluate("(queue) => localStorage.setItem('pyqueue.queue', queue)", storage)
    answer = page.evaluate(START_WITH_ERRORS, {"queue": option} if option else {})
    assert answer == {"queue": queue, "mode": queue, "errors": []}


def test_an_unknown_word_in_the_url_is_passed_over_and_reported(page: Page) -> None:
    page.goto("/blank.html?pyqueue_queue=lifo")
    page.evaluate("localStorage.setItem('pyqueue.queue', 'fifo')")
    answer = page.evaluate(START_WITH_ERRORS, {})
    assert answer["queue"] == "fifo"
    (error,) = answer["errors"]
    assert "lifo" in error


def test_both_queues_store_the_same_traces_each_in_its_own_order(page: Page) -> None:
    start(page, "/blank.html?pyqueue_queue=fifo", database="fifo")
    page.evaluate("globalThis.fifo = pyqueue")
    page.evaluate("history.replaceState(null, '', '/blank.html')")
    page.evaluate(START, {"database": "priority"})
    page.evaluate("""async () => {
      for (const pq of [fifo, pyqueue]) {
        for (let n = 0; n < 40; n += 1) pq.trace("work", { n }, { priority: n % 4 });
        await pq.flush();
      }
    }""")

    def numbers(database: str) -> list[int]:
        return [trace["attributes"]["n"] for trace in stored(page, database)]

    assert sorted(numbers("fifo")) == sorted(numbers("priority")) == list(range(40))
    assert numbers("priority") == sorted(range(40), key=lambda n: (-(n % 4), n))
    assert numbers("fifo") == list(range(40)), "first in is not first out"


def test_switching_back_and_forth_under_load_loses_nothing(page: Page) -> None:
    start(page)
    modes, refused, metrics = page.evaluate("""async () => {
      const modes = [];
      pyqueue.on("mode", ({ mode }) => modes.push(mode));
      const burst = () => {
        for (let n = 0; n < 500; n += 1) pyqueue.trace("burst", { n }, { priority: n % 4 });
      };
      for (const queue of ["fifo", "priority", "fifo", "priority"]) {
        burst();
        const switched = pyqueue.setQueue(queue);
        burst();
        await switched;
      }
      const refused = await pyqueue.setQueue("lifo").catch(String);
      await pyqueue.flush();
      return [modes, refused, await pyqueue.metrics()];
    }""")
    assert modes == ["fifo", "priority", "fifo", "priority"]
    assert "lifo" in refused
    assert_law(metrics)
    assert metrics["mode"] == "priority"
    assert metrics["written"] == metrics["offered"] == 4000
    ids = [trace["id"] for trace in stored(page)]
    assert len(ids) == len(set(ids)) == 4000
