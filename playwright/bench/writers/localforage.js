// localForage, 100 setItem at a time.

import localforage from "localforage";

export async function open(database) {
  const store = localforage.createInstance({ name: database, driver: localforage.INDEXEDDB });
  await store.ready();
  return {
    async write(traces) {
      for (let from = 0; from < traces.length; from += 100) {
        await Promise.all(traces.slice(from, from + 100).map((trace) => store.setItem(trace.id, trace)));
      }
    },
    stored: () => store.length(),
  };
}
