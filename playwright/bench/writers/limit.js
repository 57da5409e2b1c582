// The limit: pyqueue's rows by hand, in a worker, eight at a time.

import { countInRows } from "../page/indexeddb.js";
import { groups } from "../page/rows.js";

export async function open(database) {
  const worker = new Worker(new URL("./limit_worker.js", import.meta.url), { type: "module" });
  const answer = () => new Promise((resolve) => (worker.onmessage = resolve));
  worker.postMessage({ database });
  await answer();
  return {
    async write(traces) {
      for (const group of groups(traces)) worker.postMessage({ group });
      worker.postMessage({ flush: true });
      await answer();
    },
    stored: () => countInRows(database),
  };
}
