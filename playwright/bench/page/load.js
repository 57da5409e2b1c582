// CRITICAL traces while LOW ones pour in: by pyqueue, and single rows with nothing in front of IndexedDB.

import { done, open, quantile } from "./indexeddb.js";
import { pour } from "./pour.js";
import { makeTraces, offer } from "./traces.js";

const CRITICAL_PER_SECOND = 50;
const low = makeTraces(5000).map((trace) => ({ ...trace, priority: "low" }));
const critical = low.map((trace) => ({ ...trace, priority: "critical" }));

/** Latencies as pyqueue tells them (a quantile is at most 19% too high), and what became of the load. */
export async function byPyqueue(database, perSecond, seconds) {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ database });
  await pq.ready;
  let backpressure = 0;
  pq.on("backpressure", () => (backpressure += 1));
  await pour(perSecond, 1, (n) => offer(pq, low[n % low.length])); // until the engine is warm
  const before = await pq.metrics();
  await Promise.all([
    pour(perSecond, seconds, (n) => offer(pq, low[n % low.length])),
    pour(CRITICAL_PER_SECOND, seconds, (n) => offer(pq, critical[n % critical.length])),
  ]);
  const after = await pq.metrics();
  const { latencyP50, latencyP99, byPriority, uptime, waitingBytes, evicted, refused } = after;
  return {
    p50: latencyP50.critical, p99: latencyP99.critical, critical: byPriority.critical.written,
    perSecond: ((after.written - before.written) / (uptime - before.uptime)) * 1000,
    backpressure, waitingBytes, lost: evicted + refused,
  };
}

/** Latencies of a strict transaction with one row, with nothing else under way. */
export async function bare(database, seconds) {
  const db = await open(database, (db) => db.createObjectStore("traces", { autoIncrement: true }));
  const waits = [];
  const put = async (trace) => {
    const from = performance.now();
    const tx = db.transaction("traces", "readwrite", { durability: "strict" });
    tx.objectStore("traces").put(trace);
    tx.commit();
    await done(tx);
    waits.push(performance.now() - from);
  };
  const puts = [];
  await pour(CRITICAL_PER_SECOND, seconds, (n) => puts.push(put(critical[n % critical.length])));
  await Promise.all(puts);
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), critical: waits.length };
}

/** The same while the limit's worker writes such a load. */
export async function bareBesideRows(database, perSecond, seconds) {
  const limit = await (await import(new URL("../writers/limit.js", import.meta.url))).open(`${database}-rows`);
  const group = low.slice(0, 250);
  const load = pour(perSecond / group.length, seconds, () => limit.write(group));
  const waits = await bare(database, seconds);
  await load;
  return waits;
}
