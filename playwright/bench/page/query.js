// First pages of a great many stored traces, and all of them, page by page. They are written by hand: that is quicker.

import { count as countRows } from "./indexeddb.js";

const LIMIT = 50;
const NEAR = 300; // ms
let pq;
let samples;
let database;

export async function open(name) {
  database = name;
  pq = (await import("/pyqueue/pyqueue.js")).start({ database });
  await pq.ready;
  await pq.query({ limit: 1 });
}

/** Writes so many from a worker, as visits of 20,000 each; gives the number of rows. */
export async function fill(count) {
  const worker = new Worker(new URL("./query_fill.js", import.meta.url), { type: "module" });
  worker.postMessage({ database, count });
  samples = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.terminate();
  return countRows(database, "segments");
}

/** What is asked for, about one of the traces. */
const QUESTIONS = {
  newest: () => ({ order: "desc" }),
  oldest: () => ({ order: "asc" }),
  time: ({ timestamp }) => ({ since: timestamp, until: timestamp + NEAR }),
  older: ({ timestamp }) => ({ until: timestamp, order: "desc" }),
  since: ({ timestamp }) => ({ since: timestamp }),
  priority: () => ({ priority: "critical" }),
  traceId: ({ traceId }) => ({ traceId }),
  id: ({ id }) => ({ id }),
  name: ({ name }) => ({ name }),
  rareName: () => ({ name: "checkout.rare" }),
};

/** ms until the first page is there, asked about each of the traces that were picked, and the least found. */
export async function firstPages(question, times) {
  const took = [];
  const found = [];
  for (const sample of samples.slice(0, times)) {
    const from = performance.now();
    const traces = await pq.query({ ...QUESTIONS[question](sample), limit: LIMIT });
    took.push(performance.now() - from);
    found.push(traces.length);
  }
  return { took, found: Math.min(...found) };
}

/** All, in the order in which they were stored. */
export async function everything() {
  const from = performance.now();
  let [first, traces, pages, last] = [0, 0, 0];
  for await (const page of pq.stream({}, { pageSize: 1000 })) {
    first ||= performance.now() - from;
    traces += page.traces.length;
    pages += 1;
    last = page.progress;
  }
  return { first, took: performance.now() - from, traces, pages, ...last };
}
