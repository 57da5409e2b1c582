// Queries where there is no Python; loaded when first asked. The same conditions as pyqueue/query.py.

import { Database } from "./database.js";
import { PRIORITIES } from "./protocol.js";

const ORDERS = ["stored", "asc", "desc"];
const isNumber = (value) => typeof value === "number" && !Number.isNaN(value);
const isText = (value) => typeof value === "string";

/** What each condition must be, as pyqueue/query.py says. */
const CONDITIONS = {
  id: [isText, "a string"],
  name: [isText, "a string"],
  traceId: [isText, "a string"],
  priority: [(value) => PRIORITIES.includes(value) || value in PRIORITIES, `one of ${PRIORITIES}`],
  since: [isNumber, "a number"],
  until: [isNumber, "a number"],
  limit: [(value) => isNumber(value) && value >= 0, "a number of at least 0"],
  order: [(value) => ORDERS.includes(value), `one of ${ORDERS}`],
};

function check(conditions) {
  for (const [name, value] of Object.entries(conditions)) {
    if (!CONDITIONS[name]) throw new TypeError(`query: unknown condition ${name}; use ${Object.keys(CONDITIONS)}`);
    const [isRight, meaning] = CONDITIONS[name];
    if (value != null && !isRight(value)) {
      throw new TypeError(`query ${name} must be ${meaning}, not ${JSON.stringify(value)}`);
    }
  }
}

/** The stored traces that match, and those of `held` (JSON texts), each once. */
export async function select(database, conditions, held) {
  check(conditions);
  const ask = (tx) => tx.objectStore("segments").index("order").getAll();
  const { result: rows } = await new Database(database).transact("segments", "readonly", ask);
  const stored = await Promise.all(rows.map((row) => traces(row).catch(() => null)));
  warnOf(stored.filter((found) => !found).length);
  const all = [...stored.flatMap((found) => found ?? []), ...held.map((json) => JSON.parse(json))];
  const found = [...new Map(all.filter(matcher(conditions)).map((trace) => [trace.id, trace])).values()];
  const { order, limit } = conditions;
  if (order === "asc" || order === "desc") found.sort((a, b) => a.timestamp - b.timestamp);
  if (order === "desc") found.reverse();
  return limit == null ? found : found.slice(0, limit);
}

/** A test for a trace. Throws where a condition is wrong. */
export function matching(conditions) {
  check(conditions);
  return matcher(conditions);
}

function matcher({ id, name, priority, traceId, since, until }) {
  return (trace) =>
    (id == null || trace.id === id) &&
    (name == null || trace.name === name) &&
    (priority == null || trace.priority === (PRIORITIES[priority] ?? priority)) &&
    (traceId == null || trace.traceId === traceId) &&
    (since == null || trace.timestamp >= since) &&
    (until == null || trace.timestamp <= until);
}

/** A row's traces; rejects where it holds anything else: a disk may fail, and others may write. */
export async function traces({ codec, data }) {
  const found = JSON.parse(codec === "json+gzip" ? await unzip(data) : data);
  if (!found.every(({ id, timestamp }) => isText(id) && isNumber(timestamp))) throw new TypeError("no traces");
  return found;
}

const unzip = (data) =>
  new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).text();

let warned = false;

function warnOf(corrupt) {
  if (corrupt && !warned) console.warn(`pyqueue: rows that can't be read are passed over: ${corrupt}`);
  warned ||= corrupt > 0;
}

/** What the ledger's keys begin with that are no sessions; see recovery.js. */
export const FENCE = "fence/";

/** The accounts of all sessions. */
export async function accounts(database) {
  const ask = (tx) => tx.objectStore("ledger").getAll();
  const { result } = await new Database(database).transact("ledger", "readonly", ask);
  return result.filter(({ session }) => !session.startsWith(FENCE));
}
