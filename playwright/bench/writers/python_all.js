// pyqueue from Python in the page, all in one call: the traces are Python's dicts.

import { countInRows } from "../page/indexeddb.js";

const SOURCE = `
import json
from pyqueue import TraceQueueProcessor
from pyqueue.browser import IndexedDBStore

async def open(database):
    return await TraceQueueProcessor(store=IndexedDBStore(database)).__aenter__()

async def write(queue, traces):
    await queue.put_all(traces)  # more than the queue holds at a time
    await queue.flush()
`;

export async function open(database) {
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const { wheel } = await (await fetch("/pyqueue/bundle.json")).json();
  const python = await loadPyodide();
  python.unpackArchive(await (await fetch(`/pyqueue/${wheel}`)).arrayBuffer(), "wheel");
  python.runPython(SOURCE);
  const queue = await python.globals.get("open")(database);
  const [loads, write] = [python.globals.get("json").loads, python.globals.get("write")];
  return {
    prepare: (traces) => loads(JSON.stringify(traces)),
    write: (traces) => write(queue, traces),
    stored: () => countInRows(database),
  };
}
