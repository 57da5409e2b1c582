// The filter's language: words that are anywhere in a trace, and
//   name:checkout.*  priority:high,critical  status:error  attr.cart.total=3  trace:ID  id:ID  duration:>100
//   since:10:30  since:5m  until:2026-11-22T10:00   "several words"   and a "-" before any of them for "not".
// Read once, to a test for traces and to conditions that the page can search its store by. Both mean the same: what is
// 3, true or null without quotes is no text.

import { hasAttribute, hasText } from "../contents.js";
import { PRIORITIES } from "./format.js";

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** {test, conditions, isExact, wantsAttributes, errors, isEmpty}; what is wrong is told in `errors` and left out. Where the
 *  conditions are exact, they let through what the test does, and no more. */
export function parse(text, now = Date.now()) {
  const tests = [];
  const conditions = {};
  const errors = [];
  let wantsAttributes = false;
  let isExact = true;
  for (const word of words(text)) {
    const { isNot } = word;
    try {
      const { test, condition, inAttributes } = meaning(word, now);
      tests.push(isNot ? (trace) => !test(trace) : test);
      if (isNot || !condition || !combine(conditions, condition)) isExact = false;
      wantsAttributes ||= !!inAttributes;
    } catch (error) {
      errors.push(error.message);
    }
  }
  const test = (trace) => tests.every((one) => one(trace));
  return { test, conditions, isExact, wantsAttributes, errors, isEmpty: !tests.length };
}

/** Words by spaces; what stands in quotes is one, also behind a colon or "=". */
function* words(text) {
  for (const [whole] of text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^\s"])+/g)) {
    const isNot = /^-./s.test(whole); // what is in the quotes is text: "-5 degrees"
    const said = isNot ? whole.slice(1) : whole;
    const text = said.replace(/"((?:\\.|[^"\\])*)"?/g, (_, inside) => inside.replace(/\\(.)/g, "$1"));
    if (text) yield { text, isNot, isQuoted: said.startsWith('"'), isText: said.includes('="') };
  }
}

function meaning({ text, isQuoted, isText }, now) {
  const attribute = !isQuoted && /^attr\.([^=]+)=(.*)$/s.exec(text);
  if (attribute) return byAttribute(attribute[1], isText ? attribute[2] : literal(attribute[2]));
  const field = !isQuoted && /^(\w+):(.*)$/s.exec(text);
  const make = field && MAKERS.get(field[1].toLowerCase());
  if (!make) return anywhere(text);
  if (!field[2]) throw new Error(`${field[1]}: says nothing yet`);
  return make(field[2], now);
}

const MAKERS = new Map(Object.entries({
  name: byName, priority: byPriority, status: byStatus, duration: byDuration, since: bySince, until: byUntil,
  id: byField("id", true), trace: byField("traceId", true), span: byField("spanId"), parent: byField("parentId"),
}));

function byField(field, isCondition = false) {
  return (value) => ({ test: (trace) => trace[field] === value, condition: isCondition ? { [field]: value } : null });
}

function bySince(value, now) {
  const since = moment("since", value, now);
  return { test: ({ timestamp }) => timestamp >= since, condition: { since } };
}

function byUntil(value, now) {
  const until = moment("until", value, now);
  return { test: ({ timestamp }) => timestamp <= until, condition: { until } };
}

function anywhere(text) {
  const lowered = text.toLowerCase();
  const test = (trace) => hasText(trace, lowered) || trace.id === text || trace.traceId === text;
  return { test, condition: { text }, inAttributes: true };
}

function byName(value) {
  if (!value.includes("*")) return { test: ({ name }) => name === value, condition: { name: value } };
  const parts = value.split("*");
  return { test: ({ name }) => hasParts(name, parts) };
}

/** Whether it is these parts with anything between them. By hand: with many stars, a pattern's search may never end. */
function hasParts(name, [first, ...parts]) {
  const last = parts.pop();
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

function byPriority(value) {
  const wanted = value.toLowerCase().split(",").filter(Boolean);
  const unknown = wanted.find((one) => !PRIORITIES.includes(one));
  if (unknown) throw new Error(`priority: there is no "${unknown}"; use ${PRIORITIES.join(", ")}`);
  return { test: ({ priority }) => wanted.includes(priority), condition: wanted.length === 1 ? { priority: wanted[0] } : null };
}

function byStatus(value) {
  if (value === "none") return { test: ({ status }) => !status };
  return { test: ({ status }) => status === value, condition: { status: value } };
}

function byDuration(value) {
  const [, sign, number, unit] = /^([<>]?)=?(\d+(?:\.\d+)?)(ms|s)?$/.exec(value) ?? [];
  if (number === undefined) throw new Error(`duration: must be like >100 or <2s, not "${value}"`);
  const limit = Number(number) * (unit === "s" ? 1_000 : 1);
  return { test: ({ duration }) => (sign === "<" ? duration <= limit : duration >= limit) };
}

const byAttribute = (path, value) =>
  ({ test: ({ attributes }) => hasAttribute(attributes, path, value), condition: { attributes: { [path]: value } }, inAttributes: true });

const literal = (value) => (/^(true|false|null|-?\d+(\.\d+)?)$/.test(value) ? JSON.parse(value) : value);

const AGE = /^-?(\d+(?:\.\d+)?)([smhd])$/;
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$/;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const STAMP = /^\d{11,}(\.\d+)?$/; // ms

/** In the reader's time zone, as all times that are shown. */
function moment(word, value, now) {
  const [, number, unit] = AGE.exec(value) ?? [];
  if (unit) return now - Number(number) * UNITS[unit];
  const [, hours, minutes, seconds = 0] = TIME.exec(value) ?? [];
  if (hours) return new Date(now).setHours(Number(hours), Number(minutes), 0, 0) + Number(seconds) * 1_000;
  const at = STAMP.test(value) ? Number(value) : DATE.test(value) ? Date.parse(value.includes("T") ? value : `${value}T00:00`) : NaN;
  if (Number.isNaN(at)) throw new Error(`${word}: must be a time (10:30, 2026-11-22T10:30) or an age (30s, 5m, 2h, 1d), not "${value}"`);
  return at;
}

/** Whether the conditions hold both. */
function combine(conditions, condition) {
  let isWhole = true;
  for (const [name, value] of Object.entries(condition)) {
    if (name === "attributes") isWhole = combine((conditions.attributes ??= {}), value);
    else if (name === "since") conditions.since = Math.max(conditions.since ?? -Infinity, value);
    else if (name === "until") conditions.until = Math.min(conditions.until ?? Infinity, value);
    else isWhole = (conditions[name] ??= value) === value && isWhole; // the rest is tested on what comes back
  }
  return isWhole;
}
