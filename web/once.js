// An id of the caller's own is taken once in a visit, whoever writes it. Ours are never the same.

import { PRIORITIES } from "./protocol.js";

const MOST = 50_000; // ids that are known, as many as Python knows

/** By waiting room: each id, with the number of the trace that had it first. */
const known = new WeakMap();

/** Those of `traces` whose ids are new; the others are refused, and told. One that comes again, for its writer was lost, is
 *  no other. */
export function once(traces, waiting, tell) {
  if (!traces.some(({ isGiven }) => isGiven)) return traces;
  if (!known.has(waiting)) known.set(waiting, new Map());
  const numbers = known.get(waiting);
  return traces.filter(({ isGiven, id, number, priority }) => {
    if (!isGiven) return true;
    const first = numbers.get(id) ?? number;
    if (first !== number) {
      waiting.refuse(priority, "duplicate");
      tell("drop", { reason: "duplicate", priority: PRIORITIES[priority], count: 1 });
      return false;
    }
    if (numbers.set(id, number).size > MOST) numbers.delete(numbers.keys().next().value);
    return true;
  });
}
