// Four lanes and their total: how much came in, how much is stored, and what it took.

import { dropped } from "./counts.js";
import { byId, el, setText } from "./dom.js";
import { count } from "./format.js";

export const PRIORITIES = ["critical", "high", "normal", "low"];
const latency = (value) => (value !== null && value < 10 ? value.toFixed(1) : count(value && Math.round(value)));
const CELLS = {
  offered: (counts) => counts.offered,
  written: (counts) => counts.written,
  queued: (counts) => counts.queued,
  dropped,
};

const rows = new Map();

export function buildLanes() {
  byId("lanes").append(...PRIORITIES.map((priority) => rowFor(priority, priority)));
  byId("totals").append(rowFor("total", "all"));
  for (const cell of Object.keys(CELLS)) rows.get("total").cells[cell].dataset.testid = `metric-${cell}`;
}

export function showLanes(metrics) {
  for (const priority of PRIORITIES) {
    showRow(rows.get(priority), metrics.byPriority[priority]);
    setText(rows.get(priority).cells.p50, latency(metrics.latencyP50[priority]));
    setText(rows.get(priority).cells.p99, latency(metrics.latencyP99[priority]));
  }
  showRow(rows.get("total"), metrics);
}

function rowFor(key, label) {
  const names = [...Object.keys(CELLS), "p50", "p99"];
  const cells = Object.fromEntries(names.map((name) => [name, el("td", { textContent: key === "total" ? "" : "–" })]));
  const fill = el("i", { className: "fill" });
  const track = el("span", { className: "track", "aria-hidden": "true" }, fill);
  const name = el("th", { scope: "row" }, el("span", { className: "lane-name", textContent: label }), track);
  rows.set(key, { cells, fill });
  return el("tr", { "data-lane": key }, name, ...Object.values(cells));
}

function showRow({ cells, fill }, counts) {
  for (const [name, value] of Object.entries(CELLS)) {
    setText(cells[name], count(value(counts)));
    cells[name].dataset.value = value(counts);
  }
  cells.dropped.classList.toggle("some", dropped(counts) > 0);
  fill.style.transform = `scaleX(${counts.offered ? counts.written / counts.offered : 0})`;
}
