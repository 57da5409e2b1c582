// How a trace looks in a row.

import { mark, setText } from "../dom.js";
import { bytes, clock, milliseconds, stateName } from "../format.js";
import { shown } from "../shown.js";

export const traceColumns = [
  sorted("timestamp", "Time", "number", ({ timestamp }) => clock(timestamp)),
  { key: "priority", title: "Priority", sorts: true, className: "priority", paint: paintPriority },
  { key: "name", title: "Name", sorts: true, className: "text", paint: paintName },
  sorted("duration", "Duration", "number", ({ duration }) => (duration ? milliseconds(duration) : "–")),
  sorted("status", "Status", "text wide", ({ status }) => shown(status ?? "", 40)),
  sorted("state", "State", "wide", ({ state }) => stateName(state)),
  sorted("size", "Size", "number wide", ({ size }) => (size === undefined ? "" : bytes(size))),
  { ...sorted("traceId", "Trace", "text code wider", ({ traceId }) => shown(traceId ?? "", 32)), sorts: false },
];

/** Of traces that are here whole: whether they wait, and how large they were, is not known of them. */
export const wholeColumns = traceColumns.filter(({ key }) => key !== "state" && key !== "size");

function sorted(key, title, className, read) {
  return { key, title, className, sorts: true, paint: (cell, trace) => setText(cell, read(trace)) };
}

function paintPriority(cell, { priority }, row) {
  if (row.dataset.lane === priority && cell.firstChild) return;
  row.dataset.lane = priority;
  cell.replaceChildren(mark(priority), shown(priority ?? "", 12));
}

function paintName(cell, { name, status, error }, row) {
  row.classList.toggle("failed", status === "error" || !!error);
  setText(cell, shown(name, 300));
}
