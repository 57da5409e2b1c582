"""Databases of every released version, and of versions to come, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from storage import LAYERS, layer, run


@pytest.fixture(scope="module", params=list(LAYERS))
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    with layer(request.param, chromium) as page:
        yield page


# Version 1 as it was released: never to be changed.
RELEASED_1 = """(db) => {
  const segments = db.createObjectStore("segments", { autoIncrement: true });
  segments.createIndex("order", ["session", "seqFirst"], { unique: true });
  segments.createIndex("end", ["session", "seqLast"], { unique: true });
  segments.createIndex("priority", "priority");
  segments.createIndex("time", "tMax");
  segments.createIndex("traceIds", "traceIds", { multiEntry: true });
  db.createObjectStore("dead_letters", { keyPath: "id" });
  db.createObjectStore("ledger", { keyPath: "session" });
  db.createObjectStore("meta");
  const trace = (id, priority, timestamp) =>
    ({ id, name: "n", priority, timestamp, duration: 0, attributes: {} });
  const row = (seq, priority, traces) => segments.put({
    session: "old", seqFirst: seq, seqLast: seq + traces.length - 1, priority, mixed: false,
    count: traces.length, bytes: JSON.stringify(traces).length, tMin: traces[0].timestamp,
    tMax: traces.at(-1).timestamp, traceIds: [], codec: "json", data: JSON.stringify(traces),
  });
  row(1, 3, [trace("critical", "critical", 30)]);
  row(2, 0, [trace("low", "low", 10), trace("low too", "low", 20)]);
}"""

# Version 2 as it was released: never to be changed.
RELEASED_2 = f"""(db, tx) => {{
  ({RELEASED_1})(db);
  tx.objectStore("ledger").createIndex("writer", "writer", {{ unique: true }});
  tx.objectStore("segments").createIndex("upkeep", ["priority", "tMax", "codec", "count", "bytes"]);
  tx.objectStore("meta").put({{ version: 2, oldest: 1 }}, "schema");
}}"""

DESCRIBE = """async (name) => plain.use(name, (db) => {
  const tx = db.transaction([...db.objectStoreNames]);
  const stores = [...db.objectStoreNames].map((store) => tx.objectStore(store));
  const note = plain.answer(tx.objectStore("meta").get("schema"));
  return note.then((note) => ({ version: db.version, note, stores: stores.map((s) => [
    s.name, s.keyPath, s.autoIncrement,
    [...s.indexNames].map((name) => s.index(name))
      .map((index) => [index.name, index.keyPath, index.unique, index.multiEntry]),
  ]) }));
})"""
SCHEMA_3 = {
    "version": 3,
    "note": {"version": 3, "oldest": 1},
    "stores": [
        ["dead_letters", "id", False, []],
        ["ledger", "session", False, [["writer", "writer", True, False]]],
        ["meta", None, False, []],
        [
            "segments",
            None,
            True,
            [
                ["end", ["session", "seqLast"], True, False],
                ["order", ["session", "seqFirst"], True, False],
                ["priority", "priority", False, False],
                ["start", "tMin", False, False],
                ["time", "tMax", False, False],
                ["traceIds", "traceIds", False, True],
                ["upkeep", ["priority", "tMax", "codec", "count", "bytes"], False, False],
            ],
        ],
    ],
}


def test_a_new_database_has_the_documented_schema(page: Page) -> None:
    script = f"async (name) => [await store(name).write('s', 1, ['a']), await ({DESCRIBE})(name)]"
    assert run(page, script) == ["written", SCHEMA_3]


@pytest.mark.parametrize(
    ("version", "released"), [(1, RELEASED_1), (2, RELEASED_2)], ids=["1", "2"]
)
def test_an_older_database_keeps_its_rows_and_is_brought_up_to_date(
    page: Page, version: int, released: str
) -> None:
    answer = run(
        page,
        f"""async (name) => {{
          (await plain.open(name, {version}, {released})).close();
          const ours = store(name);
          const wrote = await ours.write("new", 1, ["new"]);
          const keys = (index) => plain.use(name, (db) => new Promise((resolve) => {{
            const found = [];
            const segments = db.transaction("segments").objectStore("segments");
            const request = segments.index(index).openKeyCursor();
            request.onsuccess = ({{ target: {{ result: cursor }} }}) => {{
              if (!cursor) return resolve(found);
              found.push(cursor.key);
              cursor.continue();
            }};
          }}));
          const places = [await keys("upkeep"), await keys("start")];
          return {{ wrote, places, read: await ours.read(), schema: await ({DESCRIBE})(name) }};
        }}""",
    )
    assert answer["wrote"] == "written"
    assert answer["read"] == ["new", "critical", "low", "low too"]
    assert answer["schema"] == SCHEMA_3
    upkeep, start = answer["places"]
    assert [key[:4] for key in upkeep] == [
        [0, 20, "json", 2],
        [1, 1, "json", 1],
        [3, 30, "json", 1],
    ]
    assert start == [1, 10, 30]


# What a page to come could do to the database while ours is open: version 4, with a store more.
UPGRADE = """async (name, note) => {
  const db = await plain.open(name, 4, (db, tx) => {
    db.createObjectStore("deliveries");
    tx.objectStore("meta").put(note, "schema");
  });
  db.close();
}"""


def test_a_page_goes_on_beside_a_newer_one_that_says_it_may(page: Page) -> None:
    answer = run(
        page,
        f"""async (name) => {{
          const ours = store(name);
          const before = await ours.write("s", 1, ["before"]);
          await ({UPGRADE})(name, {{ version: 4, oldest: 3 }}); // ours must make way
          const after = await ours.write("s", 2, ["after"]);
          const late = await store(name).write("t", 1, ["a page opened later"]);
          return [before, after, late, await ours.read()];
        }}""",
    )
    assert answer[:3] == ["written"] * 3
    assert answer[3] == ["before", "after", "a page opened later"]


@pytest.mark.parametrize("note", [{"version": 4, "oldest": 4}, {"version": 4}, None], ids=str)
def test_a_page_too_old_for_the_database_is_told_to_reload(page: Page, note: object) -> None:
    answer = run(
        page,
        f"""async (name, note) => {{
          const ours = store(name);
          await ours.write("s", 1, ["before"]);
          await ({UPGRADE})(name, note);
          const after = await ours.write("s", 2, ["after"]);
          await plain.delete(name); // it holds no connection: nothing is blocked
          return [after, await ours.write("s", 2, ["again"])];
        }}""",
        note,
    )
    refused, again = answer
    assert refused.startswith("StoreUnavailable")
    assert "version 4" in refused
    assert "reload the page" in refused
    assert again == "written"


def test_a_newer_database_that_lacks_what_is_used_is_not_written_to(page: Page) -> None:
    answer = run(
        page,
        """async (name) => {
          (await plain.open(name, 9, (db) => {
            db.createObjectStore("meta").put({ version: 9, oldest: 1 }, "schema");
          })).close();
          return store(name).write("s", 1, ["a"]);
        }""",
    )
    assert answer.startswith("StoreUnavailable"), answer


@pytest.mark.parametrize("version", [1, 2, 3, 7])
def test_someone_else_s_database_of_that_name_is_left_alone(page: Page, version: int) -> None:
    wrote, theirs = run(
        page,
        """async (name, version) => {
          const make = (db) => db.createObjectStore("theirs").put("kept", 1);
          (await plain.open(name, version, make)).close();
          const wrote = await store(name).write("s", 1, ["a"]);
          const found = await plain.use(name, (db) => [db.version, [...db.objectStoreNames]]);
          return [wrote, [...found, await plain.all(name, "theirs")]];
        }""",
        version,
    )
    assert wrote.startswith("StoreUnavailable")
    assert "pyqueue" in wrote
    assert theirs == [version, ["theirs"], ["kept"]]


def test_an_upgrade_waits_for_nobody_although_another_page_is_open(page: Page) -> None:
    """Two pages of one browser: the one that is behind makes way, and opens again by itself."""
    with page.context.new_page() as other:
        other.goto("/blank.html")
        name = "beside"
        page.evaluate("(name) => (globalThis.ours = store(name)).write('s', 1, ['a'])", name)
        opened = other.evaluate(
            """(name) => new Promise((resolve) => {
              const request = indexedDB.open(name, 4);
              request.onblocked = () => resolve("blocked");
              request.onupgradeneeded = () =>
                request.transaction.objectStore("meta").put({ version: 4, oldest: 1 }, "schema");
              request.onsuccess = () => (request.result.close(), resolve("upgraded"));
            })""",
            name,
        )
        assert opened == "upgraded"
        assert page.evaluate("ours.write('s', 2, ['b'])") == "written"
        assert page.evaluate("ours.read()") == ["a", "b"]
        page.evaluate("(name) => plain.delete(name)", name)
