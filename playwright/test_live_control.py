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
    assert unknown.startswith('query: unknown condition "foo"; use id, name, priority, traceId')
    assert since == 'query since must be a number, not "noon"'


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


def test_what_waits_for_room_in_the_page_can_be_moved_too(page: Page) -> None:
    start(page, config={"maxQueueSize": 10})
    page.evaluate("pyqueue.pause()")
    moved = page.evaluate("""async () => {
      const ids = Array.from({ length: 30 }, (_, n) => pyqueue.trace("waits", { n }));
      return Promise.all([ids[0], ids[29]].map((id) => pyqueue.reprioritize(id, "high")));
    }""")
    assert moved == [True, True]
    page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
    high = page.evaluate("pyqueue.query({ priority: 'high' })")
    assert sorted(trace["attributes"]["n"] for trace in high) == [0, 29]
    assert_law(page.evaluate("pyqueue.metrics()"))


def test_an_id_that_was_cancelled_may_come_again(page: Page) -> None:
    start(page)
    page.evaluate("""async () => {
      await pyqueue.pause();
      for (const name of ["first", "again"]) {
        const id = pyqueue.trace(name, {}, { id: "order-7" });
        if (name === "first") await pyqueue.cancel(id);
      }
      await pyqueue.resume();
      await pyqueue.flush();
    }""")
    assert [trace["name"] for trace in page.evaluate("pyqueue.query()")] == ["again"]


def test_letters_that_are_replayed_cost_no_trace_its_place(page: Page) -> None:
    start(page, config={"maxQueueSize": 8})
    page.evaluate("""async () => {
      await pyqueue.pause();
      const request = indexedDB.open("pyqueue");
      await new Promise((resolve) => (request.onsuccess = resolve));
      const tx = request.result.transaction("dead_letters", "readwrite");
      for (let n = 0; n < 20; n += 1) {
        const record = {
          id: `dead-${n}`, name: "dead", priority: "normal", timestamp: n, duration: 0,
          attributes: {},
        };
        tx.objectStore("dead_letters").put({
          id: record.id, trace: JSON.stringify(record), priority: 1, reason: "retries", error: "x",
          attempts: 3, time: n, resolution: null,
        });
      }
      await new Promise((resolve) => (tx.oncomplete = resolve));
      request.result.close();
      await pyqueue.replayDeadLetters();
      for (let n = 0; n < 5; n += 1) {
        pyqueue.trace("mine");
        await pyqueue.metrics();
      }
      await pyqueue.resume();
      await pyqueue.flush();
    }""")
    assert len(page.evaluate("pyqueue.query({ name: 'mine' })")) == 5


def test_a_larger_limit_for_a_trace_holds_at_the_page_s_door_too(page: Page) -> None:
    start(page)
    large = "pyqueue.trace('large', { payload: 'x'.repeat(1.5 * 2 ** 20) })"
    assert page.evaluate(large) is None
    page.evaluate("pyqueue.reconfigure({ maxTraceBytes: 2 ** 21 })")
    assert page.evaluate(large)
    assert page.evaluate("pyqueue.flush().then(() => pyqueue.metrics())")["written"] == 1


def test_a_time_without_end_is_one_whoever_answers(page: Page) -> None:
    for runtime in ("worker", "none"):
        start(page, runtime=runtime)
        page.evaluate("pyqueue.trace('now'), pyqueue.flush()")
        found = page.evaluate("""async () => {
          const found = [];
          for (const time of [Infinity, -Infinity]) {
            found.push((await pyqueue.query({ since: time })).length > 0);
            found.push((await pyqueue.query({ until: time })).length > 0);
          }
          return found;
        }""")
        assert found == [False, True, True, False], runtime


def test_what_needs_python_says_so_where_there_is_none(page: Page) -> None:
    start(page, runtime="none")
    assert "needs Python" in page.evaluate("pyqueue.pause().catch(String)")


def test_what_is_asked_before_consent_is_given_holds_when_python_starts(page: Page) -> None:
    page.goto("/blank.html")
    found = page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      const pq = start({ consent: false });
      const chosen = await pq.setQueue("fifo");
      await pq.pause();
      await pq.reconfigure({ maxBatchSize: 77 });
      const refused = await pq.setQueue("lifo").catch(({ message }) => message);
      const told = await pq.window().catch(({ message }) => message);
      pq.setConsent(true);
      const { queue } = await pq.ready;
      pq.trace("waits");
      await pq.metrics();
      await pq.resume();
      await pq.flush();
      const { mode } = await pq.metrics();
      return { chosen, refused, told, queue, mode, found: await pq.query() };
    }""")
    assert (found["chosen"], found["queue"], found["mode"]) == ("fifo", "fifo", "fifo")
    assert '"lifo"' in found["refused"]
    assert "when consent is given" in found["told"]
    assert len(found["found"]) == 1


def test_a_client_that_was_shut_down_says_so(page: Page) -> None:
    start(page)
    page.evaluate("pyqueue.shutdown()")
    assert "ended with the client" in page.evaluate("pyqueue.pause().catch(String)")
    assert page.evaluate("pyqueue.health()")["reasons"] == ["the client was shut down"]


def test_one_that_is_shut_down_while_it_boots_tells_no_error(page: Page) -> None:
    page.goto("/blank.html")
    found = page.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      const pq = start();
      const errors = [];
      pq.on("error", ({ error }) => errors.push(error));
      pq.trace("first");
      await pq.shutdown();
      return [errors, (await pq.ready).error];
    }""")
    assert found == [[], None]
