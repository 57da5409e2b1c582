"""The database layer in a page, in either language, without a queue around it; and faults for it.

In the page: `store(name)` with `write(session, seq, ids)`, which gives "written" or the error as
text, and `read()`, which gives the ids; `patch(object, key, make)` and `repair()`; `plain` reads
and writes IndexedDB without pyqueue, and puts fences. JavaScript is served as it lies in web/.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from playwright.sync_api import Browser, Page

from build import WEB
from hosting import Host
from inpage import shared_page

TOOLS = """() => {
  const factory = indexedDB;
  const patches = [];
  globalThis.patch = (object, key, make) => {
    const was = Object.getOwnPropertyDescriptor(object, key);
    patches.push(() => Object.defineProperty(object, key, was));
    Object.defineProperty(object, key, { configurable: true, ...make(was.value) });
  };
  globalThis.repair = () => { while (patches.length) patches.pop()(); };
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  const open = (name, version, upgrade) => {
    const request = factory.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result, request.transaction);
    return answer(request);
  };
  const plain = (globalThis.plain = {
    open, answer,
    delete: (name) => answer(factory.deleteDatabase(name)),
    use: async (name, act) => {
      const db = await open(name);
      try { return await act(db); } finally { db.close(); }
    },
    in: (name, store, mode, ask) => plain.use(name, (db) =>
      answer(ask(db.transaction(store, mode).objectStore(store)))),
    all: (name, store) => plain.in(name, store, "readonly", (store) => store.getAll()),
    put: (name, store, ...row) => plain.in(name, store, "readwrite", (store) => store.put(...row)),
    fence: async (name, session) => {
      const find = (ledger) => ledger.get(session);
      const { writer, ...account } = await plain.in(name, "ledger", "readonly", find);
      await plain.put(name, "ledger", account);
      await plain.put(name, "ledger", { session: `fence/${session}`, writer: session, closed: 1 });
    },
  });
}"""

JAVASCRIPT = """async () => {
  const { Database } = await import("/web/database.js");
  const { select } = await import("/web/queries.js");
  const trace = (id) => ({ id, name: "n", priority: "normal", timestamp: 1, attributes: {} });
  const row = (session, seq, id) => ({
    session, seqFirst: seq, seqLast: seq, priority: 1, mixed: false, count: 1, bytes: 1,
    tMin: 1, tMax: 1, traceIds: [], codec: "json", data: JSON.stringify([trace(id)]),
  });
  globalThis.Database = Database;
  globalThis.store = (name) => {
    const database = new Database(name);
    const rows = (session, seq, ids) => ids.map((id, n) => row(session, seq + n, id));
    return {
      write: (session, ...what) =>
        database.write(rows(session, ...what), { session }, true).then(() => "written", String),
      read: async () => (await select(name, {}, [])).map(({ id }) => id),
    };
  };
}"""

PYTHON = """async () => {
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const { wheel } = await (await fetch("/pyqueue/bundle.json")).json();
  const python = await loadPyodide({ stderr: () => {} });
  python.unpackArchive(await (await fetch(`/pyqueue/${wheel}`)).arrayBuffer(), "wheel");
  const make = python.runPython(`
from pyodide.ffi import to_js
from pyqueue.browser import IndexedDBStore
from pyqueue.browser import opening
from pyqueue.query import TraceQuery
from pyqueue.testing.conformance.making import make_batch, make_trace

class Store:
    def __init__(self, name):
        self.store = IndexedDBStore(name)

    async def write(self, session, seq, ids):
        lanes = [[make_trace(id, timestamp=1.0)] for id in ids]
        try:
            await self.store.write(make_batch(*lanes, session=session, seq=seq))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "written"

    async def read(self):
        return to_js([trace["id"] for trace in await self.store.query(TraceQuery())])

    def corrupt(self):
        return self.store.corrupt_rows

Store`);
  globalThis.opening = python.pyimport("pyqueue.browser.opening");
  globalThis.store = (name) => make(name);
}"""

QUOTA = 8 * 2**20

LAYERS = {"javascript": JAVASCRIPT, "python": PYTHON}


@contextmanager
def layer(language: str, chromium: Browser) -> Iterator[Page]:
    """A page with one language's layer, for all tests of a module."""
    host = Host(mounts={"/web": WEB})
    with shared_page(chromium, host.url) as page:
        page.goto("/blank.html")
        # Chromium notices a change of the quota late: it is small from the first.
        quota = {"origin": host.url, "quotaSize": QUOTA}
        page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)
        page.evaluate(TOOLS)
        page.evaluate(LAYERS[language])
        yield page
    host.stop()


def fresh() -> str:
    """A database's name that nobody else uses."""
    return f"test-{token_hex(6)}"


def run(page: Page, script: str, *arguments: Any) -> Any:
    """Runs `async (name, …) => {…}` with a fresh database's name; faults are repaired after it."""
    try:
        return page.evaluate(f"([...args]) => ({script})(...args)", [fresh(), *arguments])
    finally:
        page.evaluate("repair()")
