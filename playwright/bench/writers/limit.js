// The limit: pyqueue's rows by hand, in a worker, eight at a time. The page makes their text: that is quicker
// than to hand over objects.

import { countInRows } from "../page/indexeddb.js";
import { Sealer } from "../page/rows.js";

export async function open(database) {
  const worker = new Worker(new URL("./limit_worker.js", import.meta.url), { type: "module" });
  const sealer = new Sealer();
  const answer = () => new Promise((resolve) => (worker.onmessage = resolve));
  worker.postMessage({ database });
  await answer();
  return {
    async write(traces) {
      for (const row of sealer.rows(traces)) worker.postMessage({ row });
      worker.postMessage({ flush: true });
      await answer();
    },
    stored: () => countInRows(database),
  };
}
