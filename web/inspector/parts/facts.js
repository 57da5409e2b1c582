// What a trace tells, besides its place and its differences.

import { el } from "../dom.js";
import { bytes, clock, dateTime, milliseconds, stateName } from "../format.js";
import { shown } from "../shown.js";
import { entries, text } from "./value.js";

const CODES = ["Id", "Trace", "Span", "Parent"];

/** The trace's own fields, as a list. */
export function fields({ id, timestamp, duration, priority, status, traceId, spanId, parentId, size, state }) {
  const facts = {
    Time: `${dateTime(timestamp).slice(0, 10)} ${clock(timestamp)}`,
    Duration: duration ? milliseconds(duration) : "–",
    Priority: priority,
    Status: status ?? "–",
    State: stateName(state),
    Size: size && bytes(size),
    Id: id, Trace: traceId, Span: spanId, Parent: parentId,
  };
  const known = Object.entries(facts).filter(([, value]) => value);
  return el("dl", { className: "trace-facts" }, ...known.flatMap(([name, value]) =>
    [el("dt", {}, name), el("dd", { className: CODES.includes(name) ? "code" : "" }, shown(value, 300))]));
}

/** What came with it; null where it is not known. */
export function error({ error: told }) {
  if (told === undefined) return null;
  const content = typeof told === "object" && told ? entries(told, "Error") : text(String(told));
  return el("section", { className: "failed-part" }, el("h3", {}, "Error"), content);
}

export function attributes({ attributes: told }) {
  if (!told) return null;
  const isEmpty = !Object.keys(told).length;
  return el("section", {}, el("h3", {}, "Attributes"), isEmpty ? el("p", { className: "note" }, "It has none.") : entries(told, "Attributes"));
}
