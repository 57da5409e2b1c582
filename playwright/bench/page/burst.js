// Gives one writer its traces in one go. A writer is a module of writers/:
//
//   open(database) → {write(traces), stored(), prepare(traces)?}
//
// `write` resolves when all are durable; `stored` tells how many there are, read from the database; `prepare`
// makes of the traces what `write` takes, where that is something else.

import { makeTraces } from "./traces.js";

let writer;
let made = 0;
let traces;

export async function open(name, database) {
  writer = await (await import(new URL(`../writers/${name}.js`, import.meta.url))).open(database);
}

/** Makes the next `count`. */
export function make(count) {
  const prepare = writer.prepare ?? ((given) => given);
  traces = prepare(makeTraces(count, made));
  made += count;
}

/** ms from the first trace until all are durable. */
export async function write() {
  const from = performance.now();
  await writer.write(traces);
  return performance.now() - from;
}

export const stored = () => writer.stored();
