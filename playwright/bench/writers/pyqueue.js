// pyqueue as a page uses it, with its defaults.

import { countInRows } from "../page/indexeddb.js";
import { offer } from "../page/traces.js";

export async function open(database) {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ database });
  const { runtime, error } = await pq.ready;
  if (runtime !== "worker") throw new Error(error);
  return {
    async write(traces) {
      for (const trace of traces) offer(pq, trace);
      await pq.flush();
    },
    stored: () => countInRows(database),
  };
}
