// A trace at the door: named, timed, given an id and a priority, encoded once. From here on its text
// travels, so that nothing the caller does to its objects later can reach it.

import { describeError, encode } from "./encode.js";
import { CRITICAL, PRIORITIES } from "./protocol.js";
import { rulesFrom } from "./rules.js";

const NON_ASCII = /[\x80-\uffff]/; // ten times as fast as the opposite of ASCII
const utf8 = new TextEncoder();
const origin = performance.timeOrigin;

/** ms since the epoch, to the microsecond; it does not follow changes of the system's clock. */
export const now = () => Math.round((origin + performance.now()) * 1000) / 1000;

/** A name for one page's run: 9 digits of time in base 36, then chance. Sorts by time. */
export function newSession() {
  const numbers = [Date.now(), ...crypto.getRandomValues(new Uint32Array(2))];
  return numbers.map((number, place) => number.toString(36).padStart(9, "0").slice(place ? -4 : -9)).join("");
}

/** Makes a reader of trace() calls; `redact` is the page's option. Throws a ConfigError where that is wrong. */
export const traceReader = (session, redact) => readerBy(rulesFrom(redact), session);

/** The same by rules of one's own: shim.js has no room for ours. The reader throws for what can't be made a
 *  trace. */
export function readerBy(rules, session) {
  let count = 0;
  return (name, attributes, options) => {
    if (typeof name !== "string" || !name) throw new TypeError("a trace needs a name");
    const given = options ?? {};
    const { priority: asked, error } = given;
    const at = now();
    const record = {
      id: text(given.id) ?? `${session}-${(++count).toString(36)}`,
      priority: "",
      timestamp: number(given.timestamp, at),
      duration: number(given.duration, 0),
      traceId: text(given.traceId),
      spanId: text(given.spanId),
      parentId: text(given.parentId),
      name,
      attributes: attributes ?? {},
      status: text(given.status),
      error: error ? describeError(error) : undefined,
    };
    const known = typeof asked === "string" ? PRIORITIES.indexOf(asked.toLowerCase()) : asked;
    const isKnown = typeof known === "number" && known in PRIORITIES;
    const priority = isKnown ? known : infer(record);
    record.priority = PRIORITIES[priority];
    if (typeof record.attributes !== "object") record.attributes = { value: record.attributes };
    if (!isKnown && asked != null) {
      record.attributes = { ...record.attributes, "pyqueue.unknown_priority": asked };
    }
    const json = encode(record, rules);
    const size = NON_ASCII.test(json) ? utf8.encode(json).length : json.length;
    const { id, timestamp, traceId = "" } = record;
    return { id, isGiven: id === given.id, priority, timestamp, at, traceId, text: json, size, number: 0 }; // which waiting.js gives it
  };
}

/** The same rules as pyqueue/priority.py. */
function infer({ name, error, status }) {
  if (error !== undefined || status === "error") return CRITICAL;
  if (/system:|user:/.test(name)) return 2;
  return /debug:|trace:/.test(name) ? 0 : 1;
}

/** A string, if it is one and says anything. */
const text = (value) => (typeof value === "string" && value) || undefined;

const number = (value, otherwise) => (Number.isFinite(value) ? value : otherwise);
