// An id of the caller's own is taken once in a visit, whoever writes it: the spool, Python, or one that comes after a
// lost one. Ours are never the same.

import { PRIORITIES } from "./protocol.js";

const REMEMBERED = 50_000; // ids, as QueueConfig has it

export const remembered = (config) => config?.rememberIds ?? REMEMBERED;

/** By waiting room: each id, with the number of the trace that had it first. */
const known = new WeakMap();

/** Those of `traces` whose ids are new; the others are refused, and told. One that comes again, for its writer was lost, is
 *  no other. The last `most` ids are remembered. */
export function once(traces, waiting, tell, most) {
  if (!most || !traces.some(({ isGiven }) => isGiven)) return traces; // the usual case, in the midst of a burst
  if (!known.has(waiting)) known.set(waiting, new Map());
  const numbers = known.get(waiting);
  return traces.filter(({ isGiven, id, number, priority }) => {
    if (!isGiven) return true;
    const isNew = (numbers.get(id) ?? number) === number;
    if (!isNew) {
      waiting.refuse(priority, "duplicate");
      const drop = { reason: "duplicate", priority: PRIORITIES[priority], count: 1 };
      queueMicrotask(() => tell("drop", drop)); // a listener may change what waits
    } else if (numbers.set(id, number).size > most) numbers.delete(numbers.keys().next().value);
    return isNew;
  });
}

/** These were not written after all. */
export function forget(traces, waiting) {
  for (const { id } of traces) known.get(waiting)?.delete(id);
}
