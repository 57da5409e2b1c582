// The spans of a trace, each below its parent, as bars over the time that all of them took.

import { div, el, mark } from "../dom.js";
import { count, milliseconds } from "../format.js";
import { shown } from "../shown.js";

const SHOWN = 500;
const DEEPEST = 24; // steps to the right

/** `onOpen(trace)` when one is chosen; `current` is marked. Where these are not all, it says so. */
export function waterfall(traces, current, onOpen, isAll = true) {
  const start = Math.min(...traces.map(({ timestamp }) => timestamp));
  const end = Math.max(...traces.map(({ timestamp, duration }) => timestamp + (duration || 0)));
  const whole = Math.max(end - start, 0.001);
  const lines = inOrder(traces);
  const place = (at) => `${((at - start) / whole) * 100}%`;
  const at = lines.findIndex(({ trace }) => trace.id === current?.id);
  const from = Math.max(0, Math.min(at - SHOWN / 2, lines.length - SHOWN));
  const more = lines.length > SHOWN ? `; here are ${count(from + 1)} to ${count(from + SHOWN)}` : "";
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => el("span", {}, milliseconds(part * whole)));
  return div("waterfall",
    el("p", { className: "note" }, `${isAll ? "" : "at least "}${count(traces.length)} spans in ${milliseconds(whole)}${more}`),
    el("div", { className: "scale", "aria-hidden": "true" }, ...marks),
    el("ul", { className: "spans", ariaLabel: "Spans" }, ...lines.slice(from, from + SHOWN).map(({ trace, depth }) => {
      const bar = el("i", { className: "span-bar" });
      bar.style.insetInlineStart = place(trace.timestamp);
      bar.style.width = `${Math.max(((trace.duration || 0) / whole) * 100, 0.4)}%`;
      const name = el("span", { className: "span-name" }, mark(trace.priority), shown(trace.name, 80));
      name.style.paddingInlineStart = `${Math.min(depth, DEEPEST) * 10}px`;
      const isCurrent = trace.id === current?.id;
      const className = `span ${trace.status === "error" || trace.error ? "failed" : ""}`;
      const about = { type: "button", className, "data-lane": trace.priority, "aria-current": String(isCurrent), onclick: () => onOpen(trace) };
      const track = el("span", { className: "span-track", "aria-hidden": "true" }, bar);
      return el("li", {}, el("button", about, name, track, el("span", { className: "number" }, milliseconds(trace.duration))));
    })));
}

/** Depth first, by time; a span whose parent is not here stands at the left. Nothing is lost in a circle. */
function inOrder(traces) {
  const byTime = traces.toSorted((a, b) => a.timestamp - b.timestamp || b.duration - a.duration);
  const known = new Set(byTime.map(({ spanId }) => spanId).filter(Boolean));
  const children = Map.groupBy(byTime, ({ parentId, spanId }) => (known.has(parentId) && parentId !== spanId ? parentId : null));
  const lines = [];
  const seen = new Set();
  const walk = (roots) => {
    const stack = roots.map((trace) => ({ trace, depth: 0 })).reverse();
    while (stack.length) {
      const { trace, depth } = stack.pop();
      if (seen.has(trace)) continue;
      seen.add(trace);
      lines.push({ trace, depth });
      const below = trace.spanId ? children.get(trace.spanId) ?? [] : [];
      stack.push(...below.map((child) => ({ trace: child, depth: depth + 1 })).reverse());
    }
  };
  walk(children.get(null) ?? []);
  walk(byTime); // what is left is in circles
  return lines;
}
