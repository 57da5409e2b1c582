// Tasks of the main thread that took longer than 50 ms while traces pour in, from start() on.

import { pour } from "./pour.js";
import { makeTraces, offer } from "./traces.js";

/** Their lengths in ms; without a database nothing is traced: what the page and the machine do by themselves. */
export async function watch(database, perSecond, seconds) {
  const traces = makeTraces(5000);
  const found = [];
  const observer = new PerformanceObserver((list) => found.push(...list.getEntries()));
  observer.observe({ type: "longtask" });
  const { start } = await import("/pyqueue/pyqueue.js");
  const from = performance.now();
  const pq = database ? start({ database }) : { trace() {} };
  await pour(perSecond, seconds, (n) => offer(pq, traces[n % traces.length]));
  found.push(...observer.takeRecords());
  return found.filter(({ startTime }) => startTime >= from).map(({ duration }) => duration);
}
