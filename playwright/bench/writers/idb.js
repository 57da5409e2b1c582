// idb, 100 in a transaction, no index.

import { openDB } from "idb";

export async function open(database) {
  const db = await openDB(database, 1, {
    upgrade: (db) => db.createObjectStore("traces", { autoIncrement: true }),
  });
  return {
    async write(traces) {
      for (let from = 0; from < traces.length; from += 100) {
        const tx = db.transaction("traces", "readwrite");
        for (const trace of traces.slice(from, from + 100)) tx.store.add(trace);
        await tx.done;
      }
    },
    stored: () => db.count("traces"),
  };
}
