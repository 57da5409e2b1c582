// Traces that lie in the database: old ones, so that their rows are cold at once; and many.

import { done, open } from "./indexeddb.js";
import { makeTraces, offer } from "./traces.js";

const HOURS = 3_600_000;
const CHUNK = 5000;
let pq;

export async function start(database) {
  pq = (await import("/pyqueue/pyqueue.js")).start({ database });
  await pq.ready;
  await pq.recovered;
}

/** So many more, in bursts of which each is waited for. */
export async function write(count) {
  const traces = makeTraces(CHUNK);
  for (let left = count; left > 0; left -= CHUNK) {
    for (const trace of traces.slice(0, left)) offer(pq, trace);
    await pq.flush();
  }
}

/** So many, of two hours ago. */
export async function writeOld(count) {
  for (const trace of makeTraces(count)) {
    pq.trace(trace.name, trace.attributes, { ...trace, timestamp: trace.timestamp - 2 * HOURS });
  }
  await pq.flush();
}

/** A visit in which what is stored is brought within the policy, and compacted. */
export async function visit(database) {
  await start(database);
  await pq.enforceRetention();
}

/** By codec: rows, traces and bytes of their data. */
export async function codecs(database) {
  const db = await open(database);
  const found = {};
  const tx = db.transaction("segments");
  tx.objectStore("segments").index("upkeep").openKeyCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    const [, , codec, count, bytes] = cursor.key;
    found[codec] ??= { rows: 0, traces: 0, bytes: 0 };
    found[codec].rows += 1;
    found[codec].traces += count;
    found[codec].bytes += bytes;
    cursor.continue();
  };
  await done(tx);
  db.close();
  return found;
}
