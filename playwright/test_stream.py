"""Many rows are read a page at a time, with progress, by Python and without; a loop can be left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import shared_page, start
from pyqueue import TraceQuery
from pyqueue.testing.conformance.query import CONDITIONS, ORDERS, expected, random_batches

BATCHES = random_batches(seed=1, count=400)


def camel(fields: dict[str, Any]) -> dict[str, Any]:
    """As the page and the database name them."""
    names = {"seq_first": "seqFirst", "seq_last": "seqLast", "t_min": "tMin", "t_max": "tMax"}
    names |= {"trace_id": "traceId", "trace_ids": "traceIds"}
    return {names.get(name, name): value for name, value in fields.items()}


PUT = """async (rows) => {
  const db = await new Promise((resolve) => {
    const open = indexedDB.open("pyqueue");
    open.onsuccess = () => resolve(open.result);
  });
  const tx = db.transaction("segments", "readwrite");
  for (const row of rows) tx.objectStore("segments").put(row);
  await new Promise((resolve) => (tx.oncomplete = resolve));
  db.close();
}"""
STREAM = """async ([conditions, options]) => {
  const pages = [];
  for await (const { traces, progress } of pyqueue.stream(conditions, options)) {
    pages.push([traces.map(({ id }) => id), progress]);
  }
  return pages;
}"""


@pytest.fixture(scope="module", params=["worker", "none"])
def store(request: pytest.FixtureRequest, chromium: Browser, server: Host) -> Iterator[Page]:
    """400 rows, which nobody changes."""
    with shared_page(chromium, server.url) as page:
        start(page, runtime=request.param)
        page.evaluate("pyqueue.query()")
        page.evaluate(PUT, [camel(asdict(row)) for one in BATCHES for row in one.rows])
        yield page


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
def test_a_stream_s_pages_hold_what_a_query_finds(store: Page, conditions: dict[str, Any]) -> None:
    for order, (limit, size) in product(ORDERS, ((None, 500), (40, 7))):
        query = TraceQuery(**{**conditions, "order": order, "limit": limit})
        asked = camel({**conditions, "order": order, "limit": limit})
        found = store.evaluate(
            "async (asked) => (await pyqueue.query(asked)).map(({ id }) => id)", asked
        )
        pages = store.evaluate(STREAM, [asked, {"pageSize": size}])
        assert found == expected(BATCHES, query)
        assert [id for ids, _ in pages for id in ids] == found
        assert all(len(ids) <= size for ids, _ in pages)


def test_progress_tells_rows_read_and_rows_to_read(store: Page) -> None:
    pages = store.evaluate(STREAM, [{"name": "nobody"}, {}])
    read = [progress["rowsRead"] for _, progress in pages]
    assert {progress["rows"] for _, progress in pages} == {len(BATCHES)}
    assert read == sorted(read)
    assert read[-1] == len(BATCHES)
    assert len(pages) > 5
    assert not any(ids for ids, _ in pages)


def test_a_loop_can_be_left(store: Page) -> None:
    counts = store.evaluate("""async () => {
      const counts = [];
      for await (const { traces } of pyqueue.stream({}, { pageSize: 1 })) {
        counts.push(traces.length);
        if (counts.length === 2) break;
      }
      return counts;
    }""")
    assert counts == [1, 1]


def test_a_signal_ends_it_with_its_reason(store: Page) -> None:
    seen = store.evaluate("""async () => {
      const abort = new AbortController();
      const seen = [];
      try {
        for await (const { traces } of pyqueue.stream({}, { pageSize: 1, signal: abort.signal })) {
          seen.push(traces.length);
          abort.abort(new Error("enough"));
        }
      } catch (error) {
        seen.push(error.message);
      }
      return seen;
    }""")
    assert seen == [1, "enough"]


@pytest.mark.parametrize("wrong", [{"pageSize": 0}, {"pageSize": 1.5}, {"pageSize": "many"}])
def test_a_wrong_page_size_is_told(store: Page, wrong: dict[str, Any]) -> None:
    answer = store.evaluate(
        """async (options) => {
          try { for await (const page of pyqueue.stream({}, options)) return page; }
          catch (error) { return error.message; }
        }""",
        wrong,
    )
    assert "page" in answer
    assert "at least 1" in answer


def test_what_still_waits_comes_too(page: Page) -> None:
    for runtime in ("worker", "none"):
        start(page, runtime=runtime, database=f"waiting-{runtime}")
        pages = page.evaluate("""async () => {
          await pyqueue.query();
          for (const n of [1, 2, 3]) pyqueue.trace("waiting", { n }, { timestamp: n });
          const found = [];
          for await (const { traces } of pyqueue.stream({ order: "desc" }, { pageSize: 2 })) {
            found.push(traces.map(({ attributes }) => attributes.n));
          }
          return found;
        }""")
        assert [n for ns in pages for n in ns] == [3, 2, 1]


def test_a_stream_whose_python_is_lost_says_so(page: Page) -> None:
    start(page)
    answer = page.evaluate("""async () => {
      for (const n of [1, 2, 3]) pyqueue.trace("a", { n });
      await pyqueue.flush();
      try {
        for await (const page of pyqueue.stream({}, { pageSize: 1 })) await pyqueue.shutdown();
      } catch (error) {
        return error.name;
      }
    }""")
    assert answer == "PythonLost"
