import { tally } from "./spool.js";

/** Takes traces with these ids out of the waiting room as if they had never waited; how many of each
 *  priority there were. */
export function discard(waiting, ids) {
  const all = waiting.takeAll();
  waiting.putBack(all.filter(({ id }) => !ids.has(id)));
  return tally(all.filter(({ id }) => ids.has(id)));
}
