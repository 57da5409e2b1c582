// An id of the caller's own is taken once in a visit, whoever writes it. Python knows those that it got; here is what
// the spool took, before Python was there or in its place. Ours are never the same.

import { PRIORITIES } from "./protocol.js";

/** By waiting room: each id, with the number of the trace that had it first. */
const known = new WeakMap();

/** Those of `traces` whose ids are new; the others are refused, and told. One that comes again, for its writer was lost, is
 *  no other. The last `most` ids are remembered. */
export function once(traces, waiting, tell, most = 0) {
  if (!most && !known.has(waiting)) return traces; // the usual case, in the midst of a burst
  if (!traces.some(({ isGiven }) => isGiven)) return traces;
  if (!known.has(waiting)) known.set(waiting, new Map());
  const numbers = known.get(waiting);
  return traces.filter(({ isGiven, id, number, priority }) => {
    if (!isGiven) return true;
    const isNew = (numbers.get(id) ?? number) === number;
    if (!isNew) {
      waiting.refuse(priority, "duplicate");
      const drop = { reason: "duplicate", priority: PRIORITIES[priority], count: 1 };
      queueMicrotask(() => tell("drop", drop)); // a listener may change what waits
    } else if (most && numbers.set(id, number).size > most) numbers.delete(numbers.keys().next().value);
    return isNew;
  });
}

/** These were not written after all. */
export function forget(traces, waiting) {
  for (const { id } of traces) known.get(waiting)?.delete(id);
}
