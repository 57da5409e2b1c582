"""Looking after a large database tells how far it is, and can be ended."""

from __future__ import annotations

from playwright.sync_api import Page

# Another tab leads: else this one's own run, at the start, would be under way.
START = """async () => {
  await new Promise((resolve) => navigator.locks.request("pyqueue/pyqueue/leader", () => {
    resolve();
    return new Promise(() => {});
  }));
  const { start } = await import("/pyqueue/pyqueue.js");
  await start().ready;
  await pyqueue.trace("first") && await pyqueue.flush();
}"""

# Cold rows of a session that is closed, one trace each.
FILL = """async (count) => {
  const open = indexedDB.open("pyqueue");
  const db = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
  const tx = db.transaction(["segments", "ledger"], "readwrite");
  const at = Date.now() - 2 * 3_600_000;
  for (let seq = 1; seq <= count; seq += 1) {
    const id = `old-${seq}`;
    const data = JSON.stringify([{ id, name: "a", priority: "low", timestamp: at, duration: 0 }]);
    tx.objectStore("segments").put({
      session: "old-1", seqFirst: seq, seqLast: seq, priority: 0, mixed: false, count: 1,
      bytes: data.length, tMin: at, tMax: at, traceIds: [], codec: "json", data,
    });
  }
  const account = { session: "old-1", writer: "old-1", updated: at, closed: at, offered: count };
  tx.objectStore("ledger").put(account);
  await new Promise((resolve) => (tx.oncomplete = resolve));
  db.close();
}"""

RUN = """async (stops) => {
  const ending = new AbortController();
  const seen = [];
  const onProgress = (progress) => (seen.push(progress), stops && ending.abort());
  const report = await pyqueue.enforceRetention({ onProgress, signal: ending.signal });
  return { seen, report };
}"""


def test_a_long_run_tells_its_progress_ends_when_it_is_told_to_and_goes_on_later(
    page: Page,
) -> None:
    page.goto("/blank.html")
    page.evaluate(START)
    page.evaluate(FILL, 4_000)
    ended = page.evaluate(RUN, True)
    assert ended["seen"], "no progress was told"
    assert all(one["stage"] in ("looking", "compacting") for one in ended["seen"])
    assert ended["report"]["stopped"]
    went_on = page.evaluate(RUN, False)["report"]
    assert not went_on["stopped"]
    assert went_on["compacted"]["count"] > 0
    found = page.evaluate("pyqueue.query({ name: 'a', limit: 5_000 })")
    assert len({trace["id"] for trace in found}) == 4_000
