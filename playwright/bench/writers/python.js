// pyqueue from Python in the page: the traces are Python's dicts.

import { countInRows } from "../page/indexeddb.js";

/** `put` is how Python's `write` hands over `traces`: more than the queue holds at a time. */
const source = (put) => `
import json
from pyqueue import TraceQueueProcessor
from pyqueue.browser import IndexedDBStore

async def open(database):
    return await TraceQueueProcessor(store=IndexedDBStore(database)).__aenter__()

async def write(queue, traces):
    ${put}
    await queue.flush()
`;

export const open = (database) => openWith("for trace in traces: await queue.put(trace)", database);

export async function openWith(put, database) {
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const { wheel } = await (await fetch("/pyqueue/bundle.json")).json();
  const python = await loadPyodide();
  python.unpackArchive(await (await fetch(`/pyqueue/${wheel}`)).arrayBuffer(), "wheel");
  python.runPython(source(put));
  const queue = await python.globals.get("open")(database);
  const [loads, write] = [python.globals.get("json").loads, python.globals.get("write")];
  return {
    prepare: (traces) => loads(JSON.stringify(traces)),
    write: (traces) => write(queue, traces),
    stored: () => countInRows(database),
  };
}
