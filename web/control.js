// What a page asks of its client besides tracing; loaded when first asked. `client` holds its parts.

import { merge } from "./metrics.js";
import { select } from "./reader.js";
import { now } from "./trace.js";

/** Python, where it is or comes up; undefined where there is none. */
async function pythonOf({ ready, state, python }) {
  await ready.catch(() => {}); // the page is told by `ready` itself
  return state() === "python" ? python : undefined;
}

/** One account of Python's queue and of what is still on the page's side; see web/README.md. */
export async function metrics({ state, python, waiting, spool, startedAt }) {
  const answer = state() === "python" ? await python.call("metrics") : python.account;
  const mode = state() === "booting" ? "booting" : "fifo";
  return merge(answer, waiting, spool, { mode, uptime: now() - startedAt });
}

/** Traces, queued and stored, that match {id, name, priority, traceId, since, until, limit, order}. */
export async function query(client, conditions = {}) {
  const { waiting, spool, database } = client;
  const python = await pythonOf(client);
  const waits = waiting.all.sort((a, b) => a.number - b.number);
  const held = [...spool.held, ...waits].map(({ text }) => text);
  return python ? python.call("query", conditions, held) : select(database, conditions, held);
}

/** "queued", "in_flight", "retrying", "written", or "unknown". */
export async function status(client, id) {
  const { waiting, spool } = client;
  const isIt = (trace) => trace.id === id;
  if (waiting.all.some(isIt)) return "queued";
  if (spool.held.some(isIt)) return "in_flight";
  const python = await pythonOf(client);
  if (python) return (await python.call("status", id)) ?? "unknown";
  return (await query(client, { id, limit: 1 })).length ? "written" : "unknown";
}

/** Takes a queued trace out again; false where it is not queued (any more). */
export async function cancel(client, id) {
  const python = await pythonOf(client);
  return python ? python.call("cancel", id) : false;
}

/** Moves a queued trace to another priority; false where it is not queued. */
export async function reprioritize(client, id, priority) {
  const python = await pythonOf(client);
  return python ? python.call("reprioritize", id, priority) : false;
}

/** Switches the queue, "priority" or "fifo", at any load; loses nothing. */
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

/** What only Python can do: it rejects where there is none. */
const onlyPython = (method) => async (client, ...args) => {
  const python = await pythonOf(client);
  if (!python) throw new Error(`${method}() needs Python, which is not to be had here`);
  return python.call(method, ...args);
};

/** Writes no more for now; traces are taken as ever. */
export const pause = onlyPython("pause");
export const resume = onlyPython("resume");
/** Changes options of the config, in camelCase, at any load. */
export const reconfigure = onlyPython("reconfigure");
/** What happened in the last minutes (60, up to 1,440). */
export const window = onlyPython("window");
/** {grade, reasons}. */
export const health = onlyPython("health");
/** What the store would not take, of earlier visits too. */
export const deadLetters = onlyPython("deadLetters");
/** Offers these (all) again; resolves to how many were accepted. */
export const replayDeadLetters = onlyPython("replayDeadLetters");
export const reviewDeadLetter = onlyPython("reviewDeadLetter");
export const purgeDeadLetters = onlyPython("purgeDeadLetters");
