// A page in which traces pour in, from start() on; without a database nothing is traced: what the page and
// the machine do by themselves.

import { pour } from "./pour.js";
import { makeTraces, offer } from "./traces.js";

const traces = makeTraces(5000);
const longTasks = [];
let observer;
let pq;

/** From start() on, for so long: Python boots meanwhile. */
export async function begin(database, perSecond, seconds) {
  const { start } = await import("/pyqueue/pyqueue.js");
  observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries()));
  observer.observe({ type: "longtask" });
  pq = database ? start({ database }) : { trace() {}, flush() {} };
  await more(perSecond, seconds);
  await pq.ready;
}

/** Goes on, until all that came is durable; how many came. */
export async function more(perSecond, seconds) {
  const count = await pour(perSecond, seconds, (n) => offer(pq, traces[n % traces.length]));
  await pq.flush();
  return count;
}

/** Lengths in ms of the main thread's tasks over 50 ms, since start(). */
export function stop() {
  longTasks.push(...observer.takeRecords());
  observer.disconnect();
  return longTasks.map(({ duration }) => duration);
}
