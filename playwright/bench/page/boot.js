// How long it takes until Python has written a trace; until Pyodide is there at all; and until a trace is
// durable when nobody wants to wait for Python.

import { done, open } from "./indexeddb.js";
import { makeTraces, offer } from "./traces.js";

const [trace] = makeTraces(1);

/** ms from start() until a trace went through Python and is durable. */
export async function throughPython(database) {
  const { start } = await import("/pyqueue/pyqueue.js");
  const from = performance.now();
  const pq = start({ database });
  offer(pq, trace);
  const { runtime, error } = await pq.ready;
  if (runtime !== "worker") throw new Error(error);
  await pq.flush();
  return performance.now() - from;
}

/** ms that a worker takes to load Pyodide, and nothing else. */
export async function plainPyodide() {
  const from = performance.now();
  const worker = new Worker(new URL("./pyodide_worker.js", import.meta.url), { type: "module" });
  await new Promise((resolve, reject) => ([worker.onmessage, worker.onerror] = [resolve, reject]));
  const took = performance.now() - from;
  worker.terminate();
  return took;
}

/** ms from start() until a trace is durable, flushed at once. */
export async function beforePython(database) {
  const { start } = await import("/pyqueue/pyqueue.js");
  let isUp = false;
  const from = performance.now();
  const pq = start({ database });
  pq.ready.then(() => (isUp = true));
  offer(pq, trace);
  await pq.flush();
  const took = performance.now() - from;
  if (isUp) throw new Error("Python was up before it");
  return took;
}

/** ms that plain IndexedDB takes to make a database and put the trace. */
export async function bare(database) {
  const from = performance.now();
  const db = await open(database, (db) => db.createObjectStore("traces", { autoIncrement: true }));
  const tx = db.transaction("traces", "readwrite");
  tx.objectStore("traces").put(trace);
  tx.commit();
  await done(tx);
  return performance.now() - from;
}
