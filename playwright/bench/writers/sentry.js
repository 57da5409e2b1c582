// Sentry's offline transport, whose network is gone: each envelope goes to its store. Its cap of 30 is lifted,
// for beyond it nothing is kept.

import { makeBrowserOfflineTransport } from "@sentry/browser";
import { count } from "../page/indexeddb.js";

const offline = () => ({
  send: () => Promise.reject(new Error("offline")),
  flush: () => Promise.resolve(true),
});

export const openWith = (maxQueueSize) => async (database) => {
  const transport = makeBrowserOfflineTransport(offline)({ dbName: database, maxQueueSize });
  const send = (trace) => transport.send([{ event_id: trace.id }, [[{ type: "span" }, trace]]]);
  return {
    async write(traces) {
      for (let from = 0; from < traces.length; from += 100) {
        await Promise.all(traces.slice(from, from + 100).map(send));
      }
    },
    stored: () => count(database, "queue"),
  };
};

export const open = openWith(1_000_000);
