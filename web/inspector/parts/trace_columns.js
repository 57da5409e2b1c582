// How a trace looks in a row.

import { mark, setText } from "../dom.js";
import { bytes, clock, milliseconds, stateName } from "../format.js";
import { shown } from "../shown.js";

export const traceColumns = [
  { key: "timestamp", title: "Time", sorts: true, className: "number", paint: (cell, { timestamp }) => setText(cell, clock(timestamp)) },
  { key: "priority", title: "Priority", sorts: true, className: "priority", paint: paintPriority },
  { key: "name", title: "Name", sorts: true, className: "text", paint: paintName },
  { key: "duration", title: "Duration", sorts: true, className: "number", paint: (cell, { duration }) => setText(cell, duration ? milliseconds(duration) : "–") },
  { key: "status", title: "Status", sorts: true, className: "text wide", paint: (cell, { status }) => setText(cell, status ? shown(status, 40) : "") },
  { key: "state", title: "State", sorts: true, className: "wide", paint: (cell, { state }) => setText(cell, stateName(state)) },
  { key: "size", title: "Size", sorts: true, className: "number wide", paint: (cell, { size }) => setText(cell, size === undefined ? "" : bytes(size)) },
  { key: "traceId", title: "Trace", className: "text code wider", paint: (cell, { traceId }) => setText(cell, traceId ? shown(traceId, 32) : "") },
];

function paintPriority(cell, { priority }, row) {
  if (row.dataset.lane === priority && cell.firstChild) return;
  row.dataset.lane = priority;
  cell.replaceChildren(mark(priority), shown(priority ?? "", 12));
}

function paintName(cell, { name, status, error }, row) {
  row.classList.toggle("failed", status === "error" || !!error);
  setText(cell, shown(name, 300));
}
