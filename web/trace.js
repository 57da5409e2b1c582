// A trace at the door: named, timed, given an id and a priority, encoded once. From here on its text
// travels, so that nothing the caller does to its objects later can reach it.

import { describeError, encode } from "./encode.js";
import { CRITICAL, PRIORITIES } from "./protocol.js";

const NON_ASCII = /[^\x00-\x7f]/;
const utf8 = new TextEncoder();

/** ms since the epoch, to the microsecond; it does not follow changes of the system's clock. */
export const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000;

/** A name for one page's run: 9 digits of time in base 36, then chance. Sorts by time. */
export function newSession() {
  const [a, b] = crypto.getRandomValues(new Uint32Array(2));
  const digits = (number, width) => number.toString(36).padStart(width, "0").slice(-width);
  return digits(Date.now(), 9) + digits(a, 4) + digits(b, 4);
}

/** Makes a reader of trace() calls; it throws for what can't be made a trace. */
export function traceReader(session) {
  let count = 0;
  return (name, attributes, options) => {
    if (typeof name !== "string" || !name) throw new TypeError("a trace needs a name");
    const { priority: asked, duration, timestamp, error, id, status, ...links } = options ?? {};
    const at = now();
    const record = {
      id: text(id) ?? `${session}-${(++count).toString(36)}`,
      name,
      priority: "",
      timestamp: Number.isFinite(timestamp) ? timestamp : at,
      duration: Number.isFinite(duration) ? duration : 0,
      attributes: attributes ?? {},
      traceId: text(links.traceId),
      spanId: text(links.spanId),
      parentId: text(links.parentId),
      status: text(status),
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
    const json = encode(record);
    const size = NON_ASCII.test(json) ? utf8.encode(json).length : json.length;
    return {
      id: record.id, priority, timestamp: record.timestamp, at,
      traceId: record.traceId ?? "", text: json, size,
    };
  };
}

/** The same rules as pyqueue/priority.py. */
function infer({ name, error, status }) {
  if (error !== undefined || status === "error") return CRITICAL;
  if (/system:|user:/.test(name)) return 2;
  return /debug:|trace:/.test(name) ? 0 : 1;
}

/** A string that fits into a column of lines; nothing else. */
const text = (value) => (typeof value === "string" && value ? value.replaceAll("\n", " ") : undefined);
