"""A page that is not ours, for tests of the test kit: it saves notes with plain IndexedDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hosting import Host

# A page of a user's, without pyqueue: it saves one value; `use` tells what happened, step by step.
STORE = """
const once = (target, ...kinds) =>
  new Promise((resolve) => kinds.forEach((kind) => (target["on" + kind] = () => resolve(kind))));

globalThis.connect = async () => {
  const request = indexedDB.open("notes", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("notes");
  if ((await once(request, "success", "error")) === "error") throw request.error;
  const db = request.result;
  db.onclose = () => (globalThis.wasClosed = true);
  return db;
};
globalThis.save = async (db, value) => {
  const tx = db.transaction("notes", "readwrite");
  tx.objectStore("notes").put(value, "note");
  tx.commit();
  return [await once(tx, "complete", "abort"), tx.error?.name ?? null];
};
globalThis.load = async (db) => {
  const request = db.transaction("notes").objectStore("notes").get("note");
  await once(request, "success", "error");
  return request.result;
};
globalThis.use = async (value) => {
  try {
    const db = await connect();
    const saved = await save(db, value);
    await new Promise(setTimeout);
    return [...saved, globalThis.wasClosed ?? false];
  } catch (error) {
    return [error.name];
  }
};
"""
FILES = {
    "index.html": '<!doctype html><title>notes</title><script src="notes.js"></script>',
    "notes.js": STORE,
    "worker.js": STORE + "onmessage = async ({ data }) => postMessage(await use(data));",
    "shared.js": STORE
    + "onconnect = ({ ports: [port] }) => "
    + "(port.onmessage = async ({ data }) => port.postMessage(await use(data)));",
}
ASK_WORKER = """(value) => new Promise((resolve) => {
  globalThis.worker ??= new Worker("worker.js");
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(value);
})"""
ASK_SHARED_WORKER = """(value) => new Promise((resolve) => {
  globalThis.shared ??= new SharedWorker("shared.js").port;
  shared.onmessage = ({ data }) => resolve(data);
  shared.postMessage(value);
})"""
WORKS = ["complete", None, False]


@contextmanager
def notes_site(folder: Path) -> Iterator[str]:
    """The page's URL."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    host = Host(mounts={"/notes": folder})
    yield host.url + "/notes/index.html"
    host.stop()
