// Gives one writer its traces in one go. A writer is a module of writers/:
//
//   open(database) → {write(traces), stored(), prepare(traces)?}
//
// `write` resolves when all are durable; `stored` tells how many there are, read from the database; `prepare`
// makes of the traces what `write` takes, where that is something else.

import { makeTraces } from "./traces.js";

const WARM_UP = 500;
let writer;
let traces;

/** Makes all ready; what is written here is not measured. */
export async function open(name, database, count) {
  writer = await (await import(new URL(`../writers/${name}.js`, import.meta.url))).open(database);
  const prepare = writer.prepare ?? ((given) => given);
  await writer.write(prepare(makeTraces(warmUp(count))));
  traces = prepare(makeTraces(count, WARM_UP));
}

const warmUp = (count) => Math.min(WARM_UP, count / 10);

/** ms from the first trace until all are durable. */
export async function write() {
  const from = performance.now();
  await writer.write(traces);
  return performance.now() - from;
}

/** How many are stored of those that were measured. */
export const stored = async (count) => (await writer.stored()) - warmUp(count);
