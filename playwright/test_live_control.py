"""What a page can change and ask while its queue runs."""

from __future__ import annotations

from playwright.sync_api import Page

from inpage import assert_law, start

STEER = """async () => {
  const seen = {};
  await pyqueue.pause();
  pyqueue.trace("held", {}, { priority: "critical" });
  seen.paused = (await pyqueue.metrics()).written;
  await pyqueue.resume();
  await pyqueue.flush();
  seen.resumed = (await pyqueue.metrics()).written;
  await pyqueue.reconfigure({ maxBatchSize: 7 });
  seen.target = (await pyqueue.metrics()).batchTarget;
  seen.wrong = await pyqueue.reconfigure({ maxBatchSize: -1 }).catch(String);
  seen.health = await pyqueue.health();
  seen.window = await pyqueue.window(5);
  return seen;
}"""


def test_a_queue_is_paused_resumed_and_reconfigured_live(page: Page) -> None:
    start(page)
    seen = page.evaluate(STEER)
    assert (seen["paused"], seen["resumed"], seen["target"]) == (0, 1, 7)
    assert "maxBatchSize" in seen["wrong"]
    assert "-1" in seen["wrong"]
    assert seen["health"] == {"grade": "healthy", "reasons": []}
    assert (seen["window"]["offered"], seen["window"]["written"]) == (1, 1)


MISTAKES = """() => Promise.all([
  pyqueue.reconfigure(), pyqueue.setRetention(), pyqueue.reviewDeadLetter("a"),
  pyqueue.query({ foo: 1 }), pyqueue.query({ since: "noon" }),
].map((one) => one.catch(({ message }) => message)))"""


def test_what_is_missing_or_unknown_is_told_in_the_page_s_words(page: Page) -> None:
    start(page)
    config, retention, review, unknown, since = page.evaluate(MISTAKES)
    assert config == "config must be options by name; nothing was given"
    assert retention == "retention must be options by name; nothing was given"
    assert review.startswith("reviewDeadLetter() missing 1")
    assert unknown.startswith("query: unknown condition 'foo'; use id, name, priority, traceId")
    assert since == "query since must be a number, not 'noon'"


def test_an_id_is_stored_once_however_often_it_is_traced(page: Page) -> None:
    start(page)
    page.evaluate("""async () => {
      for (let n = 0; n < 5; n += 1) pyqueue.trace("order.paid", { n }, { id: "order-7" });
      await pyqueue.flush();
    }""")
    metrics = page.evaluate("pyqueue.metrics()")
    assert_law(metrics)
    assert metrics["droppedByReason"] == {"duplicate": 4}
    assert [trace["attributes"] for trace in page.evaluate("pyqueue.query()")] == [{"n": 0}]


def test_what_needs_python_says_so_where_there_is_none(page: Page) -> None:
    start(page, runtime="none")
    assert "needs Python" in page.evaluate("pyqueue.pause().catch(String)")
