// The one place that knows pyqueue. The board calls trace() and span() and never asks whether anyone listens:
// pyqueue is imported here at run time, so a page where it cannot be loaded is still a board.

const parameters = new URLSearchParams(location.search);
const runtime = parameters.get("runtime");
const watchers = new Set();

let client = null;
let reason = null;
try {
  const { start } = await import("/pyqueue/pyqueue.js");
  client = start({ devtools: { commands: true }, ...(runtime && { runtime }) }); // here the inspector may change things
  client.ready.catch(() => {}); // the strip tells it; nobody else needs to
} catch (error) {
  reason = error;
}

/** The client, or null with the reason in `unavailable`. */
export const pq = client;
export const unavailable = reason;

export function trace(name, attributes, options) {
  const id = client?.trace(name, attributes, options);
  tell({ ...options, id, name, attributes });
  return id;
}

export function span(name, attributes, options) {
  const measured = client?.span(name, attributes, options);
  return {
    end(outcome = {}) {
      const id = measured?.end(outcome);
      tell({ ...options, ...outcome, id, name, attributes: { ...attributes, ...outcome.attributes } });
      return id;
    },
  };
}

/** Calls back for each thing the person did, as it is traced. */
export function onAction(watcher) {
  watchers.add(watcher);
}

function tell(action) {
  for (const watcher of watchers) watcher(action);
}
