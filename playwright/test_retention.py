"""What is stored stays within bounds, in the browser's own database and quota."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import READ_STORE, shared_page
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
from pyqueue.upkeep import Keeper

clock = BrowserClock()
HOUR = 3_600_000
LABELS = ("low", "normal", "high", "critical")

def trace(id, priority, age, size):
    at = clock.wall() - age
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


def test_a_full_disk_is_emptied_of_the_least_and_the_write_then_succeeds(page: Page) -> None:
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
        await write(store, seq, priority=2 * (seq % 2), age=0, size=100_000)
    except StoreError as error:
        refused = type(error).__name__
keeper = Keeper(store, clock=clock, guard=1)
freed = await keeper.free(400_000, priority=1)
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
