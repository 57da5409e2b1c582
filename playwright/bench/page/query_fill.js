import { open } from "./indexeddb.js";
import { RowWriter, Sealer } from "./rows.js";
import { makeTraces } from "./traces.js";

const VISIT = 20_000; // traces
const AT_ONCE = 750; // of which a row a priority is made
const STEP = 3; // ms from one to the next
const SAMPLES = 10;

/** As pyqueue names a visit that began then. */
const sessionOf = (time) => `${Math.floor(time).toString(36).padStart(9, "0")}byhand00`;

function visit(from, count, begin) {
  const session = sessionOf(begin + from * STEP);
  return makeTraces(count, from).map((trace, n) => ({
    ...trace,
    id: `${session}-${(n + 1).toString(36)}`,
    timestamp: begin + (from + n) * STEP,
    priority: n % 100 === 99 ? "critical" : trace.priority,
    name: (from + n) % 100_000 === 99_999 ? "checkout.rare" : trace.name,
  }));
}

onmessage = async ({ data: { database, count } }) => {
  const db = await open(database);
  const writer = new RowWriter(db, 8);
  const begin = Date.now() - count * STEP; // nothing is so old that it would be compacted
  const samples = [];
  for (let from = 0; from < count; from += VISIT) {
    const traces = visit(from, Math.min(VISIT, count - from), begin);
    const sealer = new Sealer(`${sessionOf(begin + from * STEP)}-1`);
    const writes = [];
    for (let at = 0; at < traces.length; at += AT_ONCE) {
      for (const row of sealer.rows(traces.slice(at, at + AT_ONCE))) writes.push(writer.write(row));
    }
    await Promise.all(writes);
    samples.push(traces[Math.floor(traces.length / 2)]);
  }
  db.close();
  const spread = (_, n) => samples[Math.floor(((n + 0.5) / SAMPLES) * samples.length)];
  postMessage(Array.from({ length: SAMPLES }, spread));
};
