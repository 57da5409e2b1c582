"""What a tool sees of a page's clients, and what it may do; see web/devtools/README.md."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hosting import Host
from inpage import assert_law, metrics_when, start, stored
from pyqueue.testing.browser import kill_worker
from tool import HOOK, Tool

ALLOWED = {"devtools": {"commands": True}}
TRACE = "(count) => { for (let n = 0; n < count; n += 1) pyqueue.trace('bulk', { n }); }"
TRUSTED = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "require-trusted-types-for 'script'; trusted-types pyqueue"
)


def watched(page: Page, **options: object) -> Tool:
    start(page, **options)
    return Tool(page)


def test_a_tool_sees_what_is_traced_and_that_it_is_stored(page: Page) -> None:
    tool = watched(page)
    id = page.evaluate("pyqueue.trace('save', { n: 1 }, { duration: 5, status: 'ok' })")
    written = tool.until(lambda: [ids for e in tool.of("written") if id in (ids := e["ids"])])
    (seen,) = tool.of("trace")
    assert written
    assert (seen["id"], seen["name"], seen["priority"]) == (id, "save", "normal")
    assert (seen["duration"], seen["status"], seen["state"]) == (5, "ok", "queued")
    assert "attributes" not in seen, "a summary"
    tool.until(lambda: {"batch", "metrics", "drained"} <= tool.kinds())
    assert [event["seq"] for event in tool.events] == list(range(1, len(tool.events) + 1))
    assert {event["client"] for event in tool.events} == {tool.clients[0]["id"]}
    (client,) = tool.clients
    assert client["metrics"]["health"] == {"grade": "healthy", "reasons": []}
    assert (client["runtime"], client["queue"], client["commands"]) == ("worker", "priority", False)


def test_a_page_that_nobody_looks_at_loads_nothing_of_it(page: Page) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    start(page)
    page.evaluate("pyqueue.trace('a'), pyqueue.flush()")
    page.evaluate("pyqueue.metrics()")
    assert any(url.endswith("/control.js") for url in asked), "requests went unseen"
    assert not [url for url in asked if "devtools" in url]
    assert page.evaluate(f"Object.keys({HOOK})") == ["clients"]


def test_a_tool_that_comes_first_sees_the_first_trace(page: Page) -> None:
    page.goto("/blank.html")
    seen = page.evaluate("""async () => {
      const { hook } = await import("/pyqueue/devtools/hook.js");
      const before = hook.read(null);
      const { start } = await import("/pyqueue/pyqueue.js");
      start({ runtime: "none" }).trace("first");
      return [before.clients, hook.read(before.cursor)];
    }""")
    assert seen[0] == []
    assert [event["name"] for event in seen[1]["events"] if event["type"] == "trace"] == ["first"]
    assert len(seen[1]["clients"]) == 1


def test_a_tool_that_comes_late_sees_what_is_still_on_its_way(page: Page) -> None:
    start(page, **ALLOWED)
    page.evaluate("pyqueue.pause()")
    page.evaluate(TRACE, 3)
    tool = Tool(page)
    assert len(tool.of("trace")) == 3


def test_a_page_with_two_clients_shows_both(page: Page) -> None:
    start(page, runtime="none")
    page.evaluate("""async () => {
      globalThis.first = pyqueue;
      const { start } = await import("/pyqueue/pyqueue.js");
      await start({ runtime: "none", database: "other" }).ready;
    }""")
    tool = Tool(page)
    page.evaluate("first.trace('one'), pyqueue.trace('two')")
    tool.until(lambda: len(tool.of("trace")) == 2)
    one, two = tool.clients
    clients = {event["name"]: event["client"] for event in tool.of("trace")}
    assert clients == {"one": one["id"], "two": two["id"]}
    assert [one["database"], two["database"]] == ["pyqueue", "other"]


def test_two_tools_read_independently_and_each_gets_its_own_answers(page: Page) -> None:
    one = watched(page, runtime="none")
    two = Tool(page)
    page.evaluate(TRACE, 2)
    ticket = one.start("sessions")
    two.until(lambda: len(two.of("trace")) == 2)
    assert one.end(ticket)["done"]
    assert len(one.of("trace")) == 2
    assert ticket not in two.answers


def test_without_consent_the_hook_forgets_what_it_saw(page: Page) -> None:
    watched(page, runtime="none")
    page.evaluate(TRACE, 3)
    assert len(Tool(page).of("trace")) == 3
    page.evaluate("pyqueue.setConsent(false)")
    page.evaluate("pyqueue.flush()")
    tool = Tool(page)
    while tool.of("trace"):
        tool = Tool(page)


def test_what_falls_out_of_the_ring_is_counted(page: Page) -> None:
    tool = watched(page, runtime="none", budget=2**28)
    page.evaluate(TRACE, 25_000)
    tool.until(lambda: len(tool.of("trace")) + tool.missed >= 25_000)
    assert tool.missed >= 5_000
    last = max(event["seq"] for event in tool.events)
    assert len(tool.events) + tool.missed == last


def test_after_a_reload_the_epoch_is_another_and_all_begins_anew(page: Page) -> None:
    tool = watched(page, runtime="none")
    page.evaluate(TRACE, 1)
    before = tool.read()
    start(page, runtime="none")
    page.evaluate(f"async () => void (await {HOOK}.clients[0].self.watch())")
    after = tool.read()
    assert after["epoch"] != before["epoch"]
    assert (after["missed"], after["events"]) == (0, [])


def test_without_a_reader_a_client_is_as_if_there_had_been_none(page: Page) -> None:
    page.clock.install()
    tool = watched(page, runtime="none")
    page.evaluate(TRACE, 1)
    tool.read()
    is_watched = f"Object.hasOwn({HOOK}.clients[0].facts().waiting, 'push')"
    assert page.evaluate(is_watched)
    page.clock.run_for(6_500)
    assert not page.evaluate(is_watched)
    assert page.evaluate(f"{HOOK}.clients[0].listeners.size") == 0
    page.evaluate(TRACE, 4)
    page.evaluate("pyqueue.flush()")
    tool.read()
    assert tool.missed >= 4
    page.evaluate(TRACE, 1)
    tool.until(lambda: len(tool.of("trace")) == 2)


LISTEN_CALLS = f"""() => {{
  const python = {HOOK}.clients[0].python();
  const call = python.call.bind(python);
  const ended = [];
  globalThis.ended = new Promise((resolve) => {{
    python.call = (method, kind, wanted) => {{
      if (wanted === false) setTimeout(resolve, 0, ended.push(kind) && ended);
      return call(method, kind, wanted);
    }};
  }});
}}"""


def test_when_the_tool_has_gone_the_worker_tells_its_events_no_more(page: Page) -> None:
    tool = watched(page)
    page.evaluate("void pyqueue.on('drop', () => {})")
    tool.until(lambda: "metrics" in tool.kinds())
    page.evaluate(LISTEN_CALLS)
    ended = set(page.evaluate("globalThis.ended"))
    assert {"batch", "drained"} <= ended
    assert not {"drop", "error"} & ended, "the page, or the client, listens itself"


def test_a_whole_trace_is_told_by_its_id_wherever_it_is(page: Page) -> None:
    tool = watched(page, **ALLOWED)
    stored_id = page.evaluate("pyqueue.trace('stored', { deep: { n: 1 } })")
    page.evaluate("pyqueue.flush()")
    tool.ask("pause")
    held_id = page.evaluate("pyqueue.trace('held', { deep: { n: 2 } })")
    assert tool.ask("trace", id=stored_id)["attributes"] == {"deep": {"n": 1}}
    assert tool.ask("trace", id=held_id)["attributes"] == {"deep": {"n": 2}}
    assert tool.ask("trace", id="unknown") is None


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_a_query_comes_page_by_page_with_its_progress(page: Page, runtime: str) -> None:
    tool = watched(page, runtime=runtime)
    page.evaluate(TRACE, 1_000)
    page.evaluate("pyqueue.flush()")
    ticket = tool.start("query", conditions={"name": "bulk"}, pageSize=100)
    assert tool.end(ticket)["value"] == {"count": 1_000}
    pages = [answer["progress"] for answer in tool.answers[ticket] if not answer["done"]]
    assert max(len(page["items"]) for page in pages) == 100
    items = [trace["attributes"]["n"] for page in pages for trace in page["items"]]
    assert items == list(range(1_000))
    assert pages[-1]["done"] == pages[-1]["total"]
    assert "must be" in tool.refused("query", conditions={"since": "yesterday"})


def test_a_query_waits_for_its_reader_and_can_be_cancelled(page: Page) -> None:
    tool = watched(page, runtime="none")
    page.evaluate(TRACE, 5_000)
    page.evaluate("pyqueue.flush()")
    ticket = tool.start("query", pageSize=10)
    tool.until(lambda: ticket in tool.answers)
    page.evaluate(f"(ticket) => {HOOK}.cancel(ticket)", ticket)
    assert tool.end(ticket)["error"] == "cancelled"
    assert len(tool.answers[ticket]) < 100


def test_an_export_is_saved_by_the_page_and_told_with_its_progress(page: Page) -> None:
    tool = watched(page)
    page.evaluate("globalThis.showSaveFilePicker = undefined")  # nobody is there to choose
    page.evaluate(TRACE, 300)
    page.evaluate("pyqueue.flush()")
    with page.expect_download() as download:
        ticket = tool.start("export", format="ndjson", conditions={"name": "bulk"})
        file = tool.end(ticket)["value"]
    lines = download.value.path().read_text().splitlines()
    assert [json.loads(line)["attributes"]["n"] for line in lines] == list(range(300))
    assert (download.value.suggested_filename, file["traces"]) == (file["name"], 300)
    assert tool.answers[ticket][0]["progress"]["total"] >= 1
    assert "must be one of" in tool.refused("export", format="doc")


def test_rows_letters_and_sessions_are_told_though_the_worker_is_stuck(page: Page) -> None:
    tool = watched(page, runtime="dedicated")
    page.evaluate(TRACE, 10)
    page.evaluate("pyqueue.flush()")
    page.workers[0].evaluate("void setTimeout(() => { for (;;); })")
    (row,) = tool.ask("rows")
    assert (row["count"], row["priority"], row["codec"]) == (10, "normal", "json")
    assert "data" not in row
    assert len(tool.ask("row", key=row["key"])) == 10
    assert tool.ask("rows", before=row["key"]) == []
    assert tool.ask("deadLetters") == []
    assert [session["written"] for session in tool.ask("sessions")] == [10]
    assert tool.ask("query", pageSize=5) == {"count": 10}
    tool.until(lambda: tool.clients[0]["stuck"])


def test_commands_are_refused_unless_the_page_allows_them(page: Page) -> None:
    tool = watched(page, runtime="none")
    assert "devtools: { commands: true }" in tool.refused("flush")
    assert "unknown" in tool.refused("explode")
    assert tool.ask("health")["grade"] == "degraded"


def test_allowed_commands_steer_the_queue(page: Page) -> None:
    tool = watched(page, **ALLOWED)
    tool.ask("pause")
    ids = page.evaluate("[1, 2].map((n) => pyqueue.trace('held', { n }))")
    assert tool.ask("reprioritize", id=ids[0], priority="high") is True
    assert tool.ask("cancel", id=ids[1]) is True
    tool.ask("resume")
    tool.ask("flush")
    assert [(t["id"], t["priority"]) for t in stored(page)] == [(ids[0], "high")]
    assert tool.ask("setQueue", queue="fifo") == "fifo"
    tool.ask("configure", config={"maxBatchSize": 7})
    assert "maxBatchSize" in tool.refused("configure", config={"maxBatchSize": -1})
    settings = tool.ask("settings")
    assert settings["queue"] == "fifo"
    assert settings["config"]["maxBatchSize"]["value"] == 7
    assert settings["config"]["maxBatchSize"]["most"] == 10_000
    assert_law(page.evaluate("pyqueue.metrics()"))
    tool.until(lambda: [e for e in tool.of("ended") if e["fate"] == "cancelled"])
    assert [(e["id"], e["priority"]) for e in tool.of("moved")] == [(ids[0], "high")]


def test_a_dry_run_of_retention_tries_a_policy_and_changes_nothing(page: Page) -> None:
    tool = watched(page, **ALLOWED)
    page.evaluate("""() => {
      const timestamp = Date.now() - 120_000; // what is younger than a minute stays
      for (let n = 0; n < 500; n += 1) pyqueue.trace("old", { n }, { timestamp });
      return pyqueue.flush();
    }""")
    report = tool.ask("retention", dryRun=True, maxCount=100)
    assert report["deleted"]["count"] >= 250
    assert "maxCount" in tool.refused("retention", dryRun=True, maxCount=-1)
    assert tool.ask("settings")["retention"]["maxCount"]["value"] == 0
    assert len(stored(page)) == 500


# A key that is taken speaks against the row.
POISON = """(isPoisoned) => {
  const { put } = (IDBObjectStore.prototype.original ??= { put: IDBObjectStore.prototype.put });
  IDBObjectStore.prototype.put = !isPoisoned ? put : function (row, ...key) {
    return this.name === "segments" ? this.add(row, 1) : put.call(this, row, ...key);
  };
}"""


def test_dead_letters_are_shown_replayed_and_purged_and_the_law_holds(page: Page) -> None:
    tool = watched(page, runtime="page", **ALLOWED)
    page.evaluate("pyqueue.trace('first'), pyqueue.flush()")
    page.evaluate(POISON, True)
    ids = page.evaluate("['a', 'b', 'c'].map((name) => pyqueue.trace(name, { name }))")
    letters = tool.until(lambda: len(found := tool.ask("deadLetters")) == 3 and found)
    page.evaluate(POISON, False)
    by_key = {letter["key"]: letter for letter in letters}
    assert set(by_key) == set(ids)
    letter = by_key[ids[0]]
    assert (letter["reason"], letter["names"], letter["priority"]) == ("retries", ["a"], "normal")
    assert tool.ask("trace", id=ids[0])["attributes"] == {"name": "a"}
    assert tool.ask("review", key=ids[1], text="a bug of ours") is True
    assert tool.ask("replay", keys=[ids[0]]) == 1
    tool.ask("flush")
    assert tool.ask("purge", keys=[ids[2]]) == 1
    (left,) = tool.ask("deadLetters")
    assert (left["key"], left["resolution"]) == (ids[1], "a bug of ours")
    assert [trace["name"] for trace in stored(page)] == ["first", "a"]
    assert_law(metrics_when(page, lambda metrics: metrics["written"] == 2))


@pytest.mark.parametrize("runtime", ["worker", "dedicated"])
def test_a_worker_that_is_lost_and_its_successor_are_both_watched(page: Page, runtime: str) -> None:
    tool = watched(page, runtime=runtime)
    tool.until(lambda: "metrics" in tool.kinds())
    kill_worker(page, "/pyqueue/")
    tool.until(lambda: [error for error in tool.of("error") if error.get("willRetry")])
    id = page.evaluate("pyqueue.trace('for the successor')")
    tool.until(lambda: [event for event in tool.of("written") if id in event["ids"]])
    tool.until(lambda: tool.clients[0]["metrics"]["restarts"] == 1)
    tool.until(lambda: "batch" in tool.kinds())


HOSTILE = r"""() => {
  const attributes = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}');
  attributes.half = "\ud800";
  return [
    pyqueue.trace("\ud800 half", attributes),
    pyqueue.trace("x".repeat(500_000)),
    pyqueue.trace("</script><img src=x onerror=alert(1)>\u202e\u0000"),
  ];
}"""


def test_hostile_traces_are_told_as_harmless_text(page: Page) -> None:
    tool = watched(page, runtime="none")
    ids = page.evaluate(HOSTILE)
    tool.until(lambda: len(tool.of("trace")) == 3)
    names = {event["id"]: event["name"] for event in tool.of("trace")}
    assert names[ids[0]] == "\ufffd half"
    assert names[ids[1]] == "x" * 300 + "…"
    assert names[ids[2]].startswith("</script><img")
    whole = tool.ask("trace", id=ids[0])["attributes"]
    assert (whole["__proto__"], whole["constructor"]) == ({"polluted": 1}, 2)
    assert len(tool.ask("trace", id=ids[1])["name"]) == 500_000
    assert page.evaluate("({}).polluted") is None
    assert "no client" in tool.refused("trace", client="__proto__")
    assert "unknown" in tool.refused("__proto__")
    assert "unknown" in tool.refused("toString")


def test_a_tool_that_reads_nonsense_harms_nobody(page: Page) -> None:
    watched(page, runtime="none")
    page.evaluate(f"""() => {{
      for (const cursor of [1, "x", [], {{}}, {{ epoch: 1, seq: -1 }}]) {HOOK}.read(cursor);
      {HOOK}.ask(null, null, null, 7);
      {HOOK}.cancel("x");
    }}""")
    assert page.evaluate("pyqueue.trace('a')")


def test_it_works_in_firefox_too(
    firefox: Browser, server: Host, watch: Callable[[BrowserContext], None]
) -> None:
    context = firefox.new_context(base_url=server.url)
    watch(context)
    tool = watched(context.new_page(), **ALLOWED)
    id = tool.page.evaluate("pyqueue.trace('save', { n: 1 })")
    tool.until(lambda: [event for event in tool.of("written") if id in event["ids"]])
    assert tool.ask("query", conditions={"name": "save"}) == {"count": 1}
    assert tool.ask("setQueue", queue="fifo") == "fifo"
    context.close()


def test_it_works_where_scripts_must_be_trusted(page: Page, serve: Callable[..., Host]) -> None:
    host = serve(csp=TRUSTED)
    start(page, host.url + "/blank.html")
    tool = Tool(page)
    page.evaluate(TRACE, 1)
    tool.until(lambda: "written" in tool.kinds())
