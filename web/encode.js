// JSON text for anything a caller may put into a trace.
//
// What JSON can carry passes through. What it can't carry, or would drop without a word, is replaced
// by a mark in brackets: "[NaN]", "[circular]", "[HTMLDivElement]"; what must not be stored, by
// "[redacted]". pyqueue/encoding.py uses the same.

import { REDACTED } from "./redact.js";

const MAX_DEPTH = 32;
/** In each part of a trace. Objects that come after are marked: where all know each other, there is no end of paths. */
const MAX_VALUES = 50_000;
/** How many of them are left. A text counts as one more for each 128 characters. */
let room;

const PARTS = ["name", "status", "attributes", "error"];

/** Compact JSON of `record`, of which PARTS come from outside; its ids come before them. */
export function encode(record, rules) {
  QUICK: try { // build.py leaves this out of shim.js: the rest does all, only slower
    const fits = (text) => PARTS.every((part) => isFit(record[part], 1, rules, text));
    room = MAX_VALUES;
    if (fits(String)) {
      const json = JSON.stringify(record);
      // Most hold nothing to be hidden, which one look at the whole tells sooner than one at each text.
      const isSuspect = rules.suspect.test(json.slice(json.indexOf(',"name":')));
      if (!isSuspect || fits(rules.text)) return json;
    }
  } catch {} // a getter or proxy of the caller's
  for (const part of PARTS) {
    room = MAX_VALUES;
    record[part] = storable([record[part]], "0", [record], rules);
  }
  return JSON.stringify(record);
}

/** Whether `value` may be stored as JSON.stringify shows it, `text` being what is done to its texts. The hot path. */
function isFit(value, depth, rules, text) {
  room--;
  const type = typeof value;
  if (type === "string") {
    room -= value.length >> 7;
    return text(value) === value;
  }
  if (type === "number") return value < 2e12 && value > -Infinity; // more may be a card, or nothing that JSON has
  if (value == null || type === "boolean") return true;
  if (type !== "object" || room < 0 || depth >= MAX_DEPTH || value.toJSON) return false;
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
    room--;
    if (type === "string") {
      room -= value.length >> 7;
      return rules.text(value);
    }
    if (type === "number") {
      if (!Number.isFinite(value)) return `[${value}]`;
      return value > 2e12 && rules.text(`${value}`) !== `${value}` ? REDACTED : value;
    }
    if (type !== "object") return rules.text(`[${type === "symbol" ? "" : `${type} `}${value.name ?? String(value)}]`);
    if (room < 0) return "[too large]";
    if (path.includes(value)) return "[circular]";
    if (path.length >= MAX_DEPTH) return "[too deep]";
    path = [...path, value];
    value = describeError(value); // if it is one
    const isList = Array.isArray(value);
    if (!isList && typeof value.toJSON === "function") return storable([value.toJSON()], "0", path, rules);
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
