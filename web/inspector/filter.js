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
    const isNot = word.text.startsWith("-") && word.text.length > 1;
    try {
      const { test, condition, inAttributes } = meaning(isNot ? { ...word, text: word.text.slice(1) } : word, now);
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
    const text = whole.replace(/"((?:\\.|[^"\\])*)"?/g, (_, inside) => inside.replace(/\\(.)/g, "$1"));
    yield { text, isQuoted: /^-?"/.test(whole), isText: whole.includes('="') };
  }
}

function meaning({ text, isQuoted, isText }, now) {
  const attribute = !isQuoted && /^attr\.([^=]+)=(.*)$/s.exec(text);
  if (attribute) return byAttribute(attribute[1], isText ? attribute[2] : literal(attribute[2]));
  const field = !isQuoted && /^(\w+):(.*)$/s.exec(text);
  const make = field && MAKERS[field[1].toLowerCase()];
  if (!make) return anywhere(text);
  if (!field[2]) throw new Error(`${field[1]}: says nothing yet`);
  return make(field[2], now);
}

const MAKERS = {
  name: byName, priority: byPriority, status: byStatus, duration: byDuration, since: bySince, until: byUntil,
  id: byField("id", true), trace: byField("traceId", true), span: byField("spanId"), parent: byField("parentId"),
};

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
  return { test: (trace) => hasText(trace, lowered) || trace.id === text || trace.traceId === text, condition: { text } };
}

function byName(value) {
  if (!value.includes("*")) return { test: ({ name }) => name === value, condition: { name: value } };
  const pattern = new RegExp(`^${value.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&")).join(".*")}$`, "s");
  return { test: ({ name }) => pattern.test(name) };
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

function moment(word, value, now) {
  const ago = /^-?(\d+(?:\.\d+)?)([smhd])$/.exec(value);
  if (ago) return now - Number(ago[1]) * UNITS[ago[2]];
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(value);
  if (time) return new Date(now).setHours(Number(time[1]), Number(time[2]), 0, 0) + Number(time[3] ?? 0) * 1_000;
  const at = /^\d{11,}(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value);
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
