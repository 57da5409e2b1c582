// JSON text for anything a caller may put into a trace.
//
// What JSON can carry passes through. What it can't carry, or would drop without a word, is replaced
// by a mark in brackets: "[NaN]", "[circular]", "[HTMLDivElement]"; what must not be stored, by
// "[redacted]". pyqueue/encoding.py uses the same.

import { REDACTED } from "./redact.js";

const MAX_DEPTH = 32;
const asItIs = (text) => text;

/** Compact JSON of `record`, whose name, status, attributes and error come from outside; its ids come before them. */
export function encode(record, rules) {
  const { name, status, attributes, error } = record;
  const outside = [name, status, attributes, error];
  QUICK: { // build.py leaves this out of shim.js: the rest does all, only slower
    try {
      if (!isFit(attributes, 1, rules, asItIs) || !isFit(error, 1, rules, asItIs)) break QUICK;
      const json = JSON.stringify(record);
      // Most hold nothing to be hidden, which one look at the whole tells sooner than one at each text.
      const isSuspect = rules.suspect.test(json.slice(json.indexOf(',"name":')));
      if (!isSuspect || isFit(outside, 0, rules, rules.text)) return json;
    } catch {} // a getter or proxy of the caller's
  }
  [record.name, record.status, record.attributes, record.error] = storable({ "": outside }, "", [], rules);
  return JSON.stringify(record);
}

/** Whether `value` may be stored as JSON.stringify shows it, `text` being what is done to its texts. The hot path. */
function isFit(value, depth, rules, text) {
  const type = typeof value;
  if (type === "string") return text(value) === value;
  if (type === "number") return value < 2e12 && value > -Infinity; // more may be a card, or nothing that JSON has
  if (type !== "object" || value === null) return value == null || type === "boolean";
  if (depth >= MAX_DEPTH || typeof value.toJSON === "function") return false;
  if (Array.isArray(value)) return value.every((item) => isFit(item, depth + 1, rules, text));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) {
    if (rules.hides(key) || text(key) !== key || !isFit(value[key], depth + 1, rules, text)) return false;
  }
  return true;
}

/** `holder[key]`, copied as far as JSON and the rules allow it; `path` holds the objects around it. */
function storable(holder, key, path, rules) {
  try {
    let value = holder[key];
    const type = typeof value;
    if (value == null || type === "boolean") return value;
    if (rules.hides(key)) return REDACTED;
    if (type === "string") return rules.text(value);
    if (type === "number") {
      if (!Number.isFinite(value)) return `[${value}]`;
      return value > 2e12 && rules.text(`${value}`) !== `${value}` ? REDACTED : value;
    }
    if (type !== "object") return rules.text(`[${type === "symbol" ? "" : `${type} `}${value.name ?? String(value)}]`);
    if (path.includes(value)) return "[circular]";
    if (path.length >= MAX_DEPTH) return "[too deep]";
    path = [...path, value];
    if (value instanceof Error) value = describeError(value);
    const isList = Array.isArray(value);
    if (!isList && typeof value.toJSON === "function") return storable({ "": value.toJSON() }, "", path, rules);
    const kind = ({}).toString.call(value).slice(8, -1);
    if (!isList && kind !== "Object") return `[${kind}]`;
    const copy = isList ? Array(value.length) : Object.create(null); // where "__proto__" is a key like any other
    for (const key of Object.keys(value)) copy[rules.text(key)] = storable(value, key, path, rules);
    return copy;
  } catch (error) { // a getter or proxy of the caller's
    return `[unreadable: ${error?.name}]`;
  }
}

/** An error as a trace keeps it. */
export function describeError(error) {
  if (!(error instanceof Error)) return typeof error === "object" ? error : { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}
