// CRITICAL traces while LOW ones pour in: by pyqueue, and single rows with nothing in front of IndexedDB.

import { done, open, quantile } from "./indexeddb.js";
import { pour } from "./pour.js";
import { makeTraces, offer } from "./traces.js";

const low = makeTraces(5000).map((trace) => ({ ...trace, priority: "low" }));
const critical = low.map((trace) => ({ ...trace, priority: "critical" }));

/** Latencies as pyqueue tells them, and what became of the load. They are at most 19% too high, never too low. */
export async function byPyqueue(database, seconds, criticalPerSecond, lowPerSecond) {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ database });
  await pq.ready;
  let backpressure = 0;
  pq.on("backpressure", () => (backpressure += 1));
  await pour(lowPerSecond, 1, (n) => offer(pq, low[n % low.length])); // until the engine is warm
  await pq.flush();
  const before = await pq.metrics();
  await Promise.all([
    pour(lowPerSecond, seconds, (n) => offer(pq, low[n % low.length])),
    pour(criticalPerSecond, seconds, (n) => offer(pq, critical[n % critical.length])),
  ]);
  const { waitingBytes } = await pq.metrics();
  await pq.flush();
  const { latencyP50, latencyP99, ...after } = await pq.metrics();
  return {
    p50: latencyP50.critical, p99: latencyP99.critical,
    perSecond: ((after.written - before.written) / (after.uptime - before.uptime)) * 1000,
    backpressure, waitingBytes, lost: after.evicted + after.refused,
  };
}

/** Latencies of a strict transaction with one row, with nothing else under way. */
export async function bare(database, seconds, perSecond) {
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
  await pour(perSecond, seconds, (n) => puts.push(put(critical[n % critical.length])));
  await Promise.all(puts);
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}

/** The same while the limit's worker writes such a load. */
export async function bareBesideRows(database, seconds, perSecond, lowPerSecond) {
  const limit = await (await import(new URL("../writers/limit.js", import.meta.url))).open(`${database}-rows`);
  const group = low.slice(0, 250);
  const load = pour(lowPerSecond / group.length, seconds, () => limit.write(group));
  const waits = await bare(database, seconds, perSecond);
  await load;
  return waits;
}
