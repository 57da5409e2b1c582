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
  const waits = waiting.all.sort((a, b) => a.number - b.number);
  const held = [...spool.held, ...waits].map(({ text }) => text);
  return python ? python.call("query", conditions, held) : select(database, conditions, held);
}

export async function status(client, id) {
  const { waiting, spool } = client;
  const isIt = (trace) => trace.id === id;
  if (waiting.all.some(isIt)) return "queued";
  if (spool.held.some(isIt)) return "in_flight";
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
  if (python) {
    const chosen = await python.call("setQueue", kind);
    client.waiting.fifo = chosen === "fifo";
    return chosen;
  }
  if (kind !== "fifo") throw new Error(`queue ${JSON.stringify(kind)} needs Python; here is only "fifo"`);
  return kind;
}
