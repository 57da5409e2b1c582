// A page that has had something to do, and has it no longer.

import { makeTraces, offer } from "./traces.js";

let pq;

/** Resolves when Python is up and all is written, nothing of earlier visits is left, and all files are here. */
export async function drain(database) {
  const { start } = await import("/pyqueue/pyqueue.js");
  pq = start({ database });
  await pq.ready;
  for (const trace of makeTraces(5000)) offer(pq, trace);
  await pq.flush();
  await pq.recovered;
  const { queued, inFlight, retrying } = await pq.metrics();
  if (queued + inFlight + retrying) throw new Error("something is left to do");
}
