"""Whatever a browser does to the database, nothing is written in part, and the next write finds it.

In both languages, without a queue around them; `test_broken_database.py` has the whole client.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from build import WEB
from hosting import Host
from inpage import shared_page
from storage import LAYERS, QUOTA, TOOLS, layer, run


@pytest.fixture(scope="module", params=list(LAYERS))
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    with layer(request.param, chromium) as page:
        yield page


# Each breaks what comes next; `repair()` mends it.
OPENING = {
    "throws": """patch(IDBFactory.prototype, "open", () => ({ value() {
      throw new DOMException("denied", "SecurityError"); } }))""",
    "is missing": """patch(globalThis, "indexedDB", () => ({ value: undefined }))""",
    "is null": """patch(globalThis, "indexedDB", () => ({ value: null }))""",
    "is a getter that throws": """patch(globalThis, "indexedDB", () => ({ get() {
      throw new DOMException("the operation is insecure", "SecurityError"); } }))""",
    "fails": """patch(IDBFactory.prototype, "open", () => ({ value() {
      const request = new EventTarget();
      request.error = new DOMException("internal error", "UnknownError");
      queueMicrotask(() => request.onerror(new Event("error")));
      return request; } }))""",
}
WRITING = {
    "closing, and again": """patch(IDBDatabase.prototype, "transaction", () => ({ value() {
      throw new DOMException("The database connection is closing.", "InvalidStateError"); } }))""",
    "transaction inactive": """patch(IDBObjectStore.prototype, "put", (was) => ({ value(row) {
      if (row.seqFirst === 3) throw new DOMException("not active", "TransactionInactiveError");
      return was.call(this, row); } }))""",
    "data can't be cloned": """patch(IDBObjectStore.prototype, "put", (was) => ({ value(row) {
      if (row.seqFirst === 3) row.data = () => {};
      return was.call(this, row); } }))""",
    "abort without an error": """patch(IDBObjectStore.prototype, "put", (was) => ({ value(row) {
      const request = was.call(this, row);
      if (row.seqFirst === 3) setTimeout(() => this.transaction.abort());
      if (row.seqFirst === 3) patch(IDBTransaction.prototype, "commit", () => ({ value() {} }));
      return request; } }))""",
}

WRITE_REPAIR_WRITE = """async (name, begin) => {
  const ours = store(name);
  const before = begin ? await ours.write("s", begin, ["before"]) : "";
  FAULT;
  const broken = await ours.write("s", 2, ["a", "b"]);
  repair();
  const kept = begin ? await ours.read() : [];
  const after = await ours.write("s", 2, ["a", "b"]);
  return { before, broken, kept, after, read: await ours.read() };
}"""


def break_it(page: Page, fault: str, begin: int) -> dict[str, object]:
    """Writes, if `begin`; then two traces while it's broken; then the same two again."""
    answer: dict[str, object] = run(page, WRITE_REPAIR_WRITE.replace("FAULT", fault), begin)
    return answer


@pytest.mark.parametrize("fault", list(OPENING))
def test_opening(page: Page, fault: str) -> None:
    answer = break_it(page, OPENING[fault], 0)
    assert answer["broken"] != "written"
    assert answer["after"] == "written"
    assert answer["read"] == ["a", "b"]


@pytest.mark.parametrize("fault", list(WRITING))
def test_a_write_that_fails_writes_nothing_and_the_next_is_whole(page: Page, fault: str) -> None:
    answer = break_it(page, WRITING[fault], 1)
    assert answer["before"] == "written"
    assert answer["broken"] != "written"
    assert answer["kept"] == ["before"], "it was written in part"
    assert answer["after"] == "written"
    assert answer["read"] == ["before", "a", "b"]


def test_a_connection_that_is_closing_costs_no_failure(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const ours = store(name);
          const held = [];
          patch(IDBDatabase.prototype, "transaction", (was) => ({ value(...args) {
            if (this.name === name) held.push(this);
            return was.apply(this, args); } }));
          await ours.write("s", 1, ["a"]);
          held[0].close(); // without an event, as Safari does it
          const wrote = await ours.write("s", 2, ["b"]);
          return [wrote, held[0] !== held.at(-1), await ours.read()];
        }""",
    )
    assert answer == ["written", True, ["a", "b"]]


def test_after_an_abort_for_no_reason_the_connection_is_not_trusted_any_more(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const ours = store(name);
          const held = [];
          patch(IDBDatabase.prototype, "transaction", (was) => ({ value(...args) {
            const tx = was.apply(this, args);
            if (this.name === name && held.push(this) === 2) tx.abort();
            return tx; } }));
          await ours.write("s", 1, ["a"]);
          const aborted = await ours.write("s", 2, ["b"]);
          const wrote = await ours.write("s", 2, ["b"]);
          return [aborted, held[0] === held[1], wrote, held[1] !== held.at(-1)];
        }""",
    )
    aborted, same, wrote, another = answer
    assert aborted != "written"
    assert same
    assert wrote == "written"
    assert another, "it went on with the connection that had failed"


def test_a_database_that_is_deleted_is_made_anew(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const ours = store(name);
          await ours.write("s", 1, ["a"]);
          await plain.delete(name); // rejects where our connection blocks it
          return [await ours.read(), await ours.write("s", 2, ["b"]), await ours.read()];
        }""",
    )
    assert answer == [[], "written", ["b"]]


def test_a_connection_that_the_browser_closed_is_opened_again(page: Page) -> None:
    page.evaluate("async () => (globalThis.ours = store('cleared')).write('s', 1, ['a'])")
    cdp = page.context.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    cdp.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "indexeddb"})
    assert page.evaluate("ours.write('s', 2, ['b'])") == "written"
    assert page.evaluate("ours.read()") == ["b"]
    page.evaluate("plain.delete('cleared')")


# A second is as good as the five that a page would wait.
SOON = """
  patch(globalThis, "setTimeout", (was) => ({ value: (f, ms) => was(f, ms === 5000 ? 50 : ms) }));
  if (globalThis.opening) opening.OPEN_TIMEOUT = 0.05;"""


def test_an_upgrade_that_is_blocked_is_given_up_and_its_late_connection_closed(page: Page) -> None:
    answer = run(
        page,
        f"""async (name) => {{
          {SOON}
          const blocker = await plain.open(name, 1, (db) => {{
            const segments = db.createObjectStore("segments", {{ autoIncrement: true }});
            segments.createIndex("order", ["session", "seqFirst"], {{ unique: true }});
            db.createObjectStore("dead_letters");
            db.createObjectStore("ledger", {{ keyPath: "session" }});
            db.createObjectStore("meta");
          }});
          const ours = store(name);
          const blocked = [await ours.write("s", 1, ["a"]), await ours.write("s", 1, ["a"])];
          blocker.close();
          repair();
          if (globalThis.opening) opening.OPEN_TIMEOUT = 5;
          const wrote = await ours.write("s", 1, ["a"]);
          const read = await ours.read();
          await plain.delete(name); // rejects where a late connection was left open
          return {{ blocked, wrote, read }};
        }}""",
    )
    for error in answer["blocked"]:
        assert error.startswith("StoreUnavailable")
        assert "another tab" in error
    assert answer["wrote"] == "written"
    assert answer["read"] == ["a"]


def test_a_full_disk_is_told_apart_and_nothing_is_written_in_part(page: Page) -> None:
    answer = run(
        page,
        """async (name, quota) => {
          const ours = store(name);
          const before = await ours.write("s", 1, ["a"]);
          const full = await ours.write("s", 2, ["b", "x".repeat(quota)]);
          const kept = await ours.read();
          return [before, full, kept, await ours.write("s", 2, ["b"]), await ours.read()];
        }""",
        QUOTA,
    )
    before, full, kept, after, read = answer
    assert before == after == "written"
    assert full.startswith("StoreFull"), full
    assert kept == ["a"]
    assert read == ["a", "b"]


def test_a_fence_stops_its_session_for_ever_and_no_other(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const ours = store(name);
          const before = await ours.write("s", 1, ["a"]);
          await plain.fence(name, "s");
          const accounts = await plain.all(name, "ledger");
          const fenced = [await ours.write("s", 2, ["b"]), await store(name).write("s", 2, ["b"])];
          const again = await ours.write("s", 1, ["a"]); // its answer may have been lost
          const after = await plain.all(name, "ledger");
          const other = await ours.write("t", 1, ["c"]);
          return { before, fenced, again, other, accounts, after, read: await ours.read() };
        }""",
    )
    assert answer["before"] == answer["other"] == "written"
    fenced = [*answer["fenced"], answer["again"]]
    assert [error.split(":")[0] for error in fenced] == ["StoreFenced"] * 3
    assert answer["after"] == answer["accounts"]
    assert answer["read"] == ["a", "c"]


def test_a_place_that_is_taken_is_not_taken_for_a_fence(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const ours = store(name);
          await ours.write("s", 1, ["a"]);
          const again = [await ours.write("s", 1, ["a"]), await ours.write("s", 1, ["a", "b"])];
          return [...again, await ours.read()];
        }""",
    )
    again, more, read = answer
    # Python sees that the first is there and writes the rest; the spool never repeats a part.
    if read == ["a"]:
        assert [error.split(":")[0] for error in (again, more)] == ["ConstraintError"] * 2
    else:
        assert (again, more, read) == ("written", "written", ["a", "b"])


# Rows that are broken, each in its own way; they lie between two good ones.
CORRUPT = """async (name) => {
  const ours = store(name);
  await ours.write("s", 1, ["first"]);
  await ours.write("s", 90, ["last"]);
  const [good] = await plain.all(name, "segments");
  const bad = [
    { data: "[{" }, { data: 7 }, { data: null }, { data: "{}" }, { data: "null" }, { data: "[1]" },
    { data: '[{"id":1}]' }, { data: '[{"id":"x"}]' }, { data: {} }, { data: undefined },
    { codec: "json+gzip", data: new Uint8Array([1, 2, 3]) }, { codec: "json+gzip", data: "[]" },
    { codec: "json+gzip", data: new Uint8Array([31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 5]) },
  ];
  for (const [n, change] of bad.entries()) {
    await plain.put(name, "segments", { ...good, seqFirst: n + 2, seqLast: n + 2, ...change });
  }
  const lacks = { session: "s", seqFirst: 50, seqLast: 50 };
  await plain.put(name, "segments", lacks);
  const read = [await ours.read(), await ours.read()];
  const wrote = await ours.write("s", 91, ["more"]);
  return { count: bad.length + 1, read, corrupt: ours.corrupt?.(), wrote };
}"""


def test_rows_that_cannot_be_read_are_passed_over_and_counted_once(page: Page) -> None:
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    answer = run(page, CORRUPT)
    assert answer["read"] == [["first", "last"]] * 2
    assert answer["wrote"] == "written"
    assert answer["corrupt"] in (answer["count"], None)
    if answer["corrupt"] is None:  # without Python, the console tells
        (warning,) = [text for text in warnings if "can't be read" in text]
        assert warning.endswith(f": {answer['count']}")


@pytest.mark.parametrize("page", ["javascript"], indirect=True)
def test_what_a_caller_issues_in_one_transaction_is_all_or_nothing(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          const database = new Database(name);
          const put = (text) => database.transact(["meta"], "readwrite", (tx) => {
            const meta = tx.objectStore("meta");
            const found = { old: undefined };
            meta.get("note").onsuccess = ({ target }) => {
              found.old = target.result;
              meta.put(text, "note"); // chained: still the same transaction
            };
            if (text === "throws") throw new RangeError("no");
            return found;
          });
          const first = await put("one");
          const failed = await put("throws").catch((error) => error.name);
          return [first.old ?? null, failed, (await put("two")).old];
        }""",
    )
    assert answer == [None, "RangeError", "one"]


def test_a_fence_holds_in_firefox_too(firefox: Browser) -> None:
    """Firefox completes what was committed although a request failed: there, nobody commits."""
    host = Host(mounts={"/web": WEB})
    with shared_page(firefox, host.url) as page:
        page.goto("/blank.html")
        page.evaluate(TOOLS)
        page.evaluate(LAYERS["javascript"])
        answer = run(
            page,
            """async (name) => {
              const ours = store(name);
              await ours.write("s", 1, ["a"]);
              await plain.fence(name, "s");
              const fenced = await ours.write("s", 2, ["b"]);
              await ours.write("t", 1, ["c"]);
              const part = await ours.write("t", 0, ["d", "c"]); // the second's place is taken
              return [fenced, part, await ours.read()];
            }""",
        )
    host.stop()
    fenced, part, read = answer
    assert fenced.startswith("StoreFenced")
    assert part.startswith("ConstraintError")
    assert read == ["a", "c"], "nothing may be written in part"
