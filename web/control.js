// What a page asks of its client besides tracing; loaded when first asked. `client` holds its parts.

import { merge } from "./metrics.js";
import { select } from "./reader.js";
import { now } from "./trace.js";

/** Python, where it is or comes up; undefined where there is none. */
async function pythonOf({ ready, state, python }) {
  await ready.catch(() => {}); // the page is told by `ready` itself
  return state() === "python" ? python : undefined;
}

export async function metrics({ state, python, waiting, spool, startedAt }) {
  const answer = state() === "python" ? await python.call("metrics") : python.account;
  const mode = state() === "booting" ? "booting" : "fifo";
  return merge(answer, waiting, spool, { mode, uptime: now() - startedAt });
}

export async function query(client, conditions) {
  const { waiting, spool, database } = client;
  const python = await pythonOf(client);
  if (python) return python.call("query", conditions, [...spool.texts(), ...waiting.texts()]);
  return select(database, conditions, [...spool.texts(), ...waiting.texts()]);
}

export async function status(client, id) {
  const { waiting, spool } = client;
  if (waiting.has(id)) return "queued";
  if (spool.has(id)) return "in_flight";
  const python = await pythonOf(client);
  if (python) return (await python.call("status", id)) ?? "unknown";
  return (await query(client, { id, limit: 1 })).length ? "written" : "unknown";
}

export async function cancel(client, id) {
  const python = await pythonOf(client);
  return python ? python.call("cancel", id) : false;
}

export async function reprioritize(client, id, priority) {
  const python = await pythonOf(client);
  return python ? python.call("reprioritize", id, priority) : false;
}

export async function setQueue(client, kind) {
  const python = await pythonOf(client);
  if (python) return python.call("setQueue", kind);
  if (kind !== "fifo") throw new Error(`queue ${JSON.stringify(kind)} needs Python; here is only "fifo"`);
  return kind;
}
