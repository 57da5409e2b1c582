"""What is stored stays within bounds, in the browser's own database and quota."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hosting import Host
from inpage import READ_STORE, rows, shared_page, start, stored
from pyqueue.testing.browser import fill_quota

LOAD = """async () => {
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const python = await loadPyodide();
  const { page } = await (await fetch("/pyqueue/bundle.json")).json();
  const archive = await fetch(new URL(page, new URL("/pyqueue/", location)));
  python.unpackArchive(await archive.arrayBuffer(), "gztar");
  globalThis.run = (source) => python.runPythonAsync(source);
}"""

SETUP = """
import asyncio, json, random
from pyqueue import Batch, TraceQuery
from pyqueue.batch import seal_row
from pyqueue.browser import BrowserClock, BrowserStorage, IndexedDBStore
from pyqueue.encoding import encode
from pyqueue.errors import StoreError, StoreFull
from pyqueue.trace import QueuedTrace
from pyqueue.upkeep import Keeper, RetentionPolicy

clock = BrowserClock()
HOUR = 3_600_000
LABELS = ("low", "normal", "high", "critical")

def trace(id, priority, age, size, now=None):
    at = (now or clock.wall()) - age
    pad = random.Random(id).randbytes(size // 2).hex()  # does not compress well
    record = {"id": id, "name": "a", "priority": LABELS[priority], "timestamp": at, "duration": 0,
              "attributes": {"pad": pad}}
    text = encode(record)
    return QueuedTrace(id, priority, at, "", text, len(text), at)

async def write(store, seq, priority=1, age=2 * HOUR, size=100, session="s", closed=None):
    lane = (trace(f"{session}{seq}", priority, age, size),)
    account = {"session": session, "updated": clock.wall(), "closed": closed}
    await store.write(Batch(1, (lane,), (seal_row(session, seq, lane),), {}, False, False, False,
                            account=account))

def report_of(report):
    return json.dumps({"deleted": report.deleted.count, "compacted": report.compacted.count,
                       "rows": report.left.rows, "error": report.error,
                       "allowed": report.bytes_allowed, "bytes": report.left.bytes})
"""


@pytest.fixture(scope="module")
def page(chromium: Browser, server: Host) -> Iterator[Page]:
    with shared_page(chromium, server.url) as page:
        page.goto("/blank.html")
        page.evaluate(LOAD)
        python(page, SETUP)
        yield page


def python(page: Page, source: str) -> Any:
    """Runs Python in the page; what its last line gives, as JSON."""
    result = page.evaluate("(source) => run(source)", source)
    return json.loads(result) if isinstance(result, str) else result


def test_on_a_full_disk_a_lower_limit_makes_room_of_the_least_and_the_write_then_succeeds(
    page: Page,
) -> None:
    # The first test: once the origin has a database open, its quota is looked up every 30 s only.
    with fill_quota(page, free=2_000_000):
        result = python(
            page,
            """
store = IndexedDBStore("full")
seq, refused = 0, None
while refused is None and seq < 200:
    seq += 1
    try:
        await write(store, seq, priority=2 * (seq % 2), size=100_000)
    except StoreError as error:
        refused = type(error).__name__
stored = sum(facts.bytes for facts in await store.survey(None, 500))
keeper = Keeper(store, RetentionPolicy(max_bytes=stored - 400_000), clock=clock, guard=1)
freed = (await keeper.run()).deleted.bytes
await store.close()  # Chromium looks up what is left when it opens, and then every 30 s
try:
    await write(store, seq, priority=2, age=0, size=100_000)
except StoreFull as error:
    refused = f"again: {error}"
left = await store.query(TraceQuery())
await store.close()
json.dumps({"refused": refused, "freed": freed, "seq": seq, "left": [t["id"] for t in left],
            "error": keeper.statistics().last.error})
""",
        )
    assert result["refused"] == "StoreFull"
    assert result["error"] is None
    assert result["freed"] >= 400_000
    low = [f"s{seq}" for seq in range(2, result["seq"], 2)]
    high = [f"s{seq}" for seq in range(1, result["seq"], 2)]
    gone = low[: result["freed"] // 100_000]
    assert set(result["left"]) == {*low, *high, f"s{result['seq']}"} - set(gone)


def test_cold_rows_shrink_and_any_page_can_read_them(page: Page) -> None:
    report = python(
        page,
        """
store = IndexedDBStore("cold")
for seq in range(1, 61):
    await write(store, seq, priority=seq % 2, closed=1)
await Keeper(store, clock=clock).run()
report = await Keeper(store, clock=clock).run(dry_run=True)
await store.close()
report_of(report)
""",
    )
    rows = page.evaluate(READ_STORE, ["cold", "segments"])
    assert report["error"] is None
    assert report["compacted"] == 0, "the first run left something"
    assert [(row["codec"], row["count"]) for row in rows] == [("json+gzip", 30)] * 2

    # The page's own reader, without Python.
    found = page.evaluate(
        """async () => {
          const { start } = await import("/pyqueue/pyqueue.js");
          const client = start({ runtime: "none", database: "cold" });
          await client.ready;
          return (await client.query({ priority: "low" })).map(({ id }) => id);
        }"""
    )
    assert found == [f"s{seq}" for seq in range(2, 61, 2)]


def test_writes_go_on_while_rows_are_deleted_and_none_is_lost(page: Page) -> None:
    result = python(
        page,
        """
store = IndexedDBStore("busy")
for seq in range(1, 301):
    await write(store, seq, age=48 * HOUR, size=2_000)
keeper = Keeper(store, clock=clock)
keeper.reconfigure(max_age=24 * HOUR)
running = asyncio.ensure_future(keeper.run())
written = 0
while not running.done():
    written += 1
    await write(store, written, age=0, session="t")
report = await running
found = await store.query(TraceQuery())
await store.close()
json.dumps({"written": written, "deleted": report.deleted.count, "error": report.error,
            "found": [one["id"] for one in found]})
""",
    )
    assert result["error"] is None
    assert result["deleted"] == 300
    assert result["written"] > 1, "nothing was written between its transactions"
    assert result["found"] == [f"t{seq}" for seq in range(1, result["written"] + 1)]


def test_the_share_of_the_quota_is_the_browser_s(page: Page) -> None:
    report = python(
        page,
        """
store = IndexedDBStore("share")
estimate = await BrowserStorage().estimate()
report = await Keeper(store, clock=clock, probe=BrowserStorage()).run()
await store.close()
json.dumps({"allowed": report.bytes_allowed, "quota": estimate.quota})
""",
    )
    assert 0 < report["allowed"] <= report["quota"] * 0.1


# The same rows in two databases: many traces in each, of one priority or of several, old and new.
FILL = """
async def fill(name, is_compact, now):
    store, chance = IndexedDBStore(name), random.Random(7)
    for seq in range(1, 400, 20):
        age = chance.choice([0, HOUR, HOUR, 5 * HOUR, 50 * HOUR]) + seq
        if seq % 100 == 1:
            age -= 99 * HOUR  # a clock that was wrong
        level = chance.choice([0, 1, 2, None])
        lane = tuple(
            trace(f"t{seq + n}", chance.randrange(4) if level is None else level, age - n,
                  chance.randrange(400), now)
            for n in range(chance.randint(1, 20))
        )
        account = {"session": "s", "updated": clock.wall(), "closed": 1}
        row = seal_row("s", seq, lane)
        await store.write(Batch(1, lane, (row,), {}, False, False, False, account=account))
    if is_compact:
        await Keeper(store, clock=clock).run()
    return store
"""

WITHOUT_PYTHON = """async ([database, retention]) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const client = start({ runtime: "none", database, retention });
  await client.ready;
  const { left, isOver } = await client.enforceRetention();
  return { ids: (await client.query()).map(({ id }) => id).sort(), left, isOver };
}"""


@pytest.mark.parametrize(
    ("policy", "is_compact"),
    [
        ({"maxAge": 20 * 3_600_000}, False),
        ({"maxCount": 100}, True),
        ({"maxCount": 61, "maxAge": 2 * 3_600_000}, False),
        ({"maxBytes": 20_000}, True),
    ],
    ids=str,
)
def test_with_python_and_without_the_same_stays(
    page: Page, policy: dict[str, int], is_compact: bool
) -> None:
    python(page, FILL)
    name = f"{policy}{is_compact}"
    with_python = python(
        page,
        f"""
now = clock.wall() // 1 + 0.5  # a whole one is a byte or two longer in Python
store = await fill("python {name}", {is_compact}, now)
await (await fill("page {name}", {is_compact}, now)).close()
from pyqueue.browser.naming import snake
options = {{snake(name): value for name, value in {policy}.items()}}
policy = RetentionPolicy(**options, compact_after=99 * 24 * HOUR)
report = await Keeper(store, policy, clock=clock).run()
ids = sorted(one["id"] for one in await store.query(TraceQuery()))
await store.close()
left = {{"count": report.left.count, "rows": report.left.rows, "bytes": report.left.bytes}}
json.dumps({{"ids": ids, "left": left, "isOver": report.is_over}})
""",
    )
    without = page.evaluate(WITHOUT_PYTHON, [f"page {name}", policy])
    assert 0 < len(with_python["ids"]) < 200
    if is_compact:  # each packs in its own way what it has cut
        sizes = [one["left"].pop("bytes") for one in (with_python, without)]
        assert sizes[0] == pytest.approx(sizes[1], rel=0.05)
        if "maxBytes" in policy:
            return
    assert without == with_python


# A page's own client

STORE = """async (count) => {
  const timestamp = Date.now() - 2 * 3_600_000;
  for (let n = 0; n < count; n += 1) pyqueue.trace(`t${n}`, {}, { timestamp: timestamp + n });
  await pyqueue.flush();
}"""

WRONG = [
    ({"maxAge": -1}, r"retention\.maxAge.*-1"),
    ({"maxCount": -1}, r"retention\.maxCount.*-1"),
    ({"maxCount": 1.5}, r"retention\.maxCount.*1\.5"),
    ({"maxBytes": "5 MB"}, r"retention\.maxBytes.*5 MB"),
    ({"maxShare": 2}, r"retention\.maxShare.*2"),
    ({"maxAge": None}, r"retention\.maxAge"),
    ({"checkInterval": 0}, r"retention\.checkInterval.*0"),
    ({"keepNames": "a"}, r"retention\.keepNames"),
    ({"maxag": 1}, r"retention\.maxag is unknown; .*maxAge"),
]


@pytest.mark.parametrize("runtime", ["worker", "none"])
@pytest.mark.parametrize("option", ["maxAge", "maxCount"])
def test_a_policy_that_is_refused_deletes_nothing(
    context: BrowserContext, runtime: str, option: str
) -> None:
    page = context.new_page()
    start(page, runtime="none")
    page.evaluate(STORE, 10)
    page.goto("/blank.html")
    refused = page.evaluate(
        """async ([runtime, retention]) => {
          const { start } = await import("/pyqueue/pyqueue.js");
          const client = start({ runtime, retention });
          const led = new Promise((resolve) =>
            client.on("error", ({ error }) => error.includes("should be at least") && resolve()));
          await client.ready.catch(() => {});
          await led;
          const told = ({ name, message }) => `${name}: ${message}`;
          return await client.enforceRetention().catch(told);
        }""",
        [runtime, {option: -1}],
    )
    assert refused == f"ConfigError: retention.{option}: should be at least 0, not -1"
    assert len(stored(page)) == 10


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_a_wrong_change_of_the_policy_is_refused_and_named_and_changes_nothing(
    context: BrowserContext, runtime: str
) -> None:
    page = context.new_page()
    start(page, runtime=runtime)
    page.evaluate(STORE, 10)
    told = page.evaluate(
        """(all) => Promise.all(all.map((changes) => pyqueue.setRetention(changes).then(
          () => "taken", ({ name, message }) => `${name}: ${message}`)))""",
        [changes for changes, _ in WRONG],
    )
    for said, (_, expected) in zip(told, WRONG, strict=True):
        assert re.match(f"ConfigError: {expected}", said), said
    assert page.evaluate("pyqueue.enforceRetention()")["left"]["count"] == 10
    assert len(stored(page)) == 10


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_a_changed_policy_is_obeyed_at_once_and_the_page_s_own_object_stays_as_it_is(
    context: BrowserContext, runtime: str
) -> None:
    page = context.new_page()
    page.goto("/blank.html")
    page.evaluate(
        """async (runtime) => {
          const { start } = await import("/pyqueue/pyqueue.js");
          await start({ runtime, retention: Object.freeze({ maxCount: 100 }) }).ready;
        }""",
        runtime,
    )
    page.evaluate(STORE, 40)
    report = page.evaluate(
        """async () => {
          await pyqueue.setRetention({ maxCount: 3 });
          return await pyqueue.enforceRetention();
        }"""
    )
    assert (report["left"]["count"], report["isOver"]) == (3, False)
    assert [trace["name"] for trace in stored(page)] == ["t37", "t38", "t39"]
    tried = page.evaluate("pyqueue.enforceRetention({ dryRun: true, maxCount: 1 })")
    assert tried["left"]["count"] == 1
    assert len(stored(page)) == 3


BURY = """async (ages) => {
  const request = indexedDB.open("pyqueue");
  await new Promise((resolve) => (request.onsuccess = resolve));
  const tx = request.result.transaction("dead_letters", "readwrite");
  for (const age of ages) {
    tx.objectStore("dead_letters").put({
      id: `${age}`, trace: "{}", priority: 1, reason: "retries", error: "x", attempts: 3,
      time: Date.now() - age * 3_600_000, resolution: null,
    });
  }
  await new Promise((resolve) => (tx.oncomplete = resolve));
  request.result.close();
}"""


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_dead_letters_stay_within_the_policy_too(context: BrowserContext, runtime: str) -> None:
    page = context.new_page()
    start(page, runtime=runtime, retention={"maxAge": 24 * 3_600_000, "maxDeadLetters": 2})
    page.evaluate("pyqueue.enforceRetention()")  # the tab's own first run is over
    page.evaluate(BURY, [30, 3, 2, 1])
    tried = page.evaluate("pyqueue.enforceRetention({ dryRun: true })")
    report = page.evaluate("pyqueue.enforceRetention()")
    assert (tried["deadLetters"], report["deadLetters"]) == (2, 2)
    assert {letter["id"] for letter in page.evaluate(READ_STORE, ["pyqueue", "dead_letters"])} == {
        "1",
        "2",
    }


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_what_was_just_stored_is_left_alone(context: BrowserContext, runtime: str) -> None:
    page = context.new_page()
    start(page, runtime=runtime, retention={"maxCount": 5, "maxAge": 1})
    page.evaluate("(async () => { for (let n = 0; n < 250; n += 1) pyqueue.trace('new'); })()")
    page.evaluate("pyqueue.flush()")
    report = page.evaluate("pyqueue.enforceRetention()")
    assert (report["deleted"]["count"], report["isOver"]) == (0, True)
    assert len(stored(page)) == 250


def test_a_purge_takes_no_condition_that_says_less_than_it_seems_to(
    context: BrowserContext,
) -> None:
    page = context.new_page()
    start(page, runtime="none")
    page.evaluate(STORE, 10)
    told = page.evaluate(
        """() => Promise.all([
          { limit: 1 }, { order: "desc" }, { traceId: undefined }, { name: null }, null, "t1", [],
        ].map((conditions) => pyqueue.purge(conditions).catch(({ message }) => message)))"""
    )
    assert told[:2] == ["a purge has no limit", "a purge has no order"]
    assert "traceId is undefined" in told[2]
    assert "name is null" in told[3]
    assert all("conditions or a function" in message for message in told[4:])
    assert len(stored(page)) == 10
    assert page.evaluate("pyqueue.purge({ name: 't1' })") == 1
    assert page.evaluate("pyqueue.purge()") == 9


@pytest.mark.parametrize("answer", ["async () => false", "() => { throw Error('no user'); }"])
def test_a_purge_by_a_function_that_does_not_answer_deletes_nothing(
    context: BrowserContext, answer: str
) -> None:
    page = context.new_page()
    start(page, runtime="none")
    page.evaluate(STORE, 10)
    page.evaluate("() => { pyqueue.trace('waits'); }")
    told = page.evaluate(f"pyqueue.purge({answer}).catch(String)")
    assert "at once" in told or "no user" in told
    assert len(stored(page)) == 11


def test_a_purge_leaves_rows_that_a_newer_version_packed(context: BrowserContext) -> None:
    page = context.new_page()
    start(page, runtime="none")
    page.evaluate(STORE, 3)
    page.evaluate(
        """async () => {
          const open = indexedDB.open("pyqueue");
          const db = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
          const segments = db.transaction("segments", "readwrite").objectStore("segments");
          const all = segments.getAll();
          await new Promise((resolve) => (all.onsuccess = resolve));
          const [row] = all.result;
          segments.put({ ...row, session: "new", codec: "json+zstd", data: new Uint8Array(9) });
          const put = segments.put({ ...row, session: "bad", data: "[{" });
          await new Promise((resolve) => (put.onsuccess = resolve));
          db.close();
        }"""
    )
    page.evaluate("pyqueue.purge({ name: 't1' })")
    assert [row["session"] for row in rows(page) if row["session"] in ("new", "bad")] == ["new"]
