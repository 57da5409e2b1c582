// What is stored, read from the page: conditions as pyqueue/query.py has them, rows, accounts.

import { hasAttribute, hasText } from "./contents.js";
import { Database } from "./database.js";
import { PRIORITIES } from "./protocol.js";

const ORDERS = ["stored", "asc", "desc"];
const isNumber = (value) => typeof value === "number" && !Number.isNaN(value);
const isText = (value) => typeof value === "string";
/** Its name, whichever way it was given. */
export const levelOf = (priority) => (isText(priority) ? priority.toLowerCase() : PRIORITIES[priority]);
const isScalar = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);

/** What each condition must be, as pyqueue/query.py says. */
const CONDITIONS = {
  id: [isText, "a string"],
  name: [isText, "a string"],
  priority: [(value) => PRIORITIES.includes(levelOf(value)), `one of ${PRIORITIES}, or 0 to 3`],
  traceId: [isText, "a string"],
  status: [isText, "a string"],
  ids: [(value) => Array.isArray(value) && value.every(isText), "a list of strings"],
  attributes: [
    (value) => typeof value === "object" && !Array.isArray(value) && Object.values(value).every(isScalar),
    "keys with values: strings, numbers, truth values or null",
  ],
  text: [isText, "a string"],
  since: [isNumber, "a number"],
  until: [isNumber, "a number"],
  limit: [(value) => isNumber(value) && value >= 0, "a number of at least 0"],
  order: [(value) => ORDERS.includes(value), `one of ${ORDERS}`],
};

/** Throws where a condition is wrong. */
export function check(conditions) {
  for (const [name, value] of Object.entries(conditions)) {
    if (!CONDITIONS[name]) throw new TypeError(`query: unknown condition ${JSON.stringify(name)}; use ${Object.keys(CONDITIONS).join(", ")}`);
    const [isRight, meaning] = CONDITIONS[name];
    if (value != null && !isRight(value)) {
      throw new TypeError(`query ${name} must be ${meaning}, not ${isText(value) ? JSON.stringify(value) : String(value)}`);
    }
  }
}

/** A test for a trace. Throws where a condition is wrong. */
export function matching(conditions) {
  check(conditions);
  return matcher(conditions);
}

function matcher({ id, name, priority, traceId, status, ids, attributes, text, since, until }) {
  const chosen = ids && new Set(ids);
  const level = priority == null ? undefined : levelOf(priority);
  const wanted = Object.entries(attributes ?? {});
  const lowered = text?.toLowerCase();
  return (trace) =>
    (id == null || trace.id === id) &&
    (name == null || trace.name === name) &&
    (level == null || trace.priority === level) &&
    (traceId == null || trace.traceId === traceId) &&
    (status == null || trace.status === status) &&
    (since == null || trace.timestamp >= since) &&
    (until == null || trace.timestamp <= until) &&
    (chosen == null || chosen.has(trace.id)) &&
    wanted.every(([key, value]) => hasAttribute(trace.attributes, key, value)) &&
    (lowered == null || hasText(trace, lowered));
}

/** A row's text; rejects where it can't be had. */
export async function textOf({ codec, data }) {
  return codec === "json+gzip" ? unzip(data) : data;
}

/** The traces in a row's text; throws where it holds anything else: a disk may fail, and others may write. */
export function decoded(text) {
  const found = JSON.parse(text);
  if (!found.every(({ id, timestamp }) => isText(id) && isNumber(timestamp))) throw new TypeError("no traces");
  return found;
}

/** A row's traces; rejects where it holds anything else. */
export const traces = async (row) => decoded(await textOf(row));

const unzip = (data) =>
  new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).text();

/** What the ledger's keys begin with that are no sessions; see recovery.js. */
export const FENCE = "fence/";

/** The accounts of all sessions. */
export async function accounts(database) {
  const ask = (tx) => tx.objectStore("ledger").getAll();
  const { result } = await new Database(database).transact("ledger", "readonly", ask);
  return result.filter(({ session }) => !session.startsWith(FENCE));
}
