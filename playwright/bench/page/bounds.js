// How full the queue gets: its own figures, asked for as often as it answers while more comes than it holds.

import { pour } from "./pour.js";
import { makeTraces, offer } from "./traces.js";

const text = new TextEncoder();

/** The most bytes that were seen in Python's queue and waiting on the page, in a burst and under a load. */
export async function fill(database, burst, perSecond, seconds) {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ database });
  await pq.ready;
  const traces = makeTraces(5000);
  const most = { queued: 0, waiting: 0, samples: 0 };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const { memoryUsage, waitingBytes } = await pq.metrics();
      most.queued = Math.max(most.queued, memoryUsage);
      most.waiting = Math.max(most.waiting, waitingBytes);
      most.samples += 1;
    }
  })();
  for (let n = 0; n < burst; n += 1) offer(pq, traces[n % traces.length]);
  await pq.flush();
  await pour(perSecond, seconds, (n) => offer(pq, traces[n % traces.length]));
  await pq.flush();
  isOver = true;
  await watching;
  return { ...most, trace: Math.max(...traces.map((trace) => text.encode(JSON.stringify(trace)).length)) };
}
