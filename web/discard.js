// What waits, as others want it than it came.

import { PRIORITIES } from "./protocol.js";
import { tally } from "./spool.js";

/** Takes traces with these ids out of the waiting room as if they had never waited; how many of each
 *  priority there were. */
export function discard(waiting, ids) {
  const all = waiting.takeAll();
  waiting.putBack(all.filter(({ id }) => !ids.has(id)));
  return tally(all.filter(({ id }) => ids.has(id)));
}

/** Moves the trace with this id to another priority, its text too; whether it waits here. */
export function move(waiting, id, priority) {
  const all = waiting.takeAll();
  const trace = all.find((one) => one.id === id);
  if (trace) {
    const [old, label] = [PRIORITIES[trace.priority], PRIORITIES[priority]];
    trace.text = trace.text.replace(`"priority":"${old}"`, `"priority":"${label}"`); // the record's own comes first
    trace.size += label.length - old.length;
    trace.priority = priority;
  }
  waiting.putBack(all);
  return Boolean(trace);
}
