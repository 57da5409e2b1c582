// How the queue feels: its memory against the budget, how fast it writes, and what it says about itself.

import { byId, el, setText } from "./dom.js";
import { bytes, count, milliseconds, share } from "./format.js";

const BUDGET = 5 * 1024 * 1024; // max_queue_bytes: the default of QueueConfig
const REMEMBERED = 60; // polls, a quarter of a minute
const [WIDTH, HEIGHT] = [120, 28];

const FACTS = {
  pressure: (metrics) => metrics.pressure,
  breaker: (metrics) => metrics.breaker,
  mode: (metrics) => metrics.mode,
  batches: (metrics) => count(metrics.batches),
  "batch efficiency": (metrics) => share(metrics.batchEfficiency),
  "average / s": (metrics) => count(Math.round(metrics.throughput)),
  "drop rate": (metrics) => share(metrics.dropRate),
  "heap used": (metrics) => bytes(metrics.heap?.used),
  uptime: (metrics) => milliseconds(metrics.uptime),
};

const values = new Map();
const rates = Array(REMEMBERED).fill(0);
let last = null;

export function buildGauges() {
  byId("facts").append(...Object.keys(FACTS).map((name) => {
    const value = el("dd", { textContent: "–" });
    values.set(name, value);
    return el("div", { "data-fact": name }, el("dt", { textContent: name }), value);
  }));
}

export function showGauges(metrics) {
  for (const [name, read] of Object.entries(FACTS)) setText(values.get(name), String(read(metrics) ?? "–"));
  showMemory(metrics.memoryUsage);
  showRate(metrics.written);
}

function showMemory(held) {
  const gauge = byId("memory");
  gauge.setAttribute("aria-valuenow", held);
  gauge.setAttribute("aria-valuetext", `${bytes(held)} of 5 MiB`);
  gauge.firstElementChild.style.transform = `scaleX(${Math.min(held / BUDGET, 1)})`;
  gauge.classList.toggle("tight", held > BUDGET * 0.8);
  setText(byId("memory-text"), `${bytes(held)} of 5 MiB`);
}

// The curve shows what was written between two looks; an average over the session would only ever flatten out.
function showRate(written) {
  const now = performance.now();
  const rate = last ? Math.max(0, (written - last.written) / ((now - last.at) / 1000)) : 0;
  last = { written, at: now };
  rates.push(rate);
  rates.shift();
  const top = Math.max(10, ...rates);
  const points = rates.map((value, index) => `${((index / (REMEMBERED - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 1 - (value / top) * (HEIGHT - 3)).toFixed(1)}`);
  byId("spark").firstElementChild.setAttribute("points", points.join(" "));
  setText(byId("throughput"), count(Math.round(rate)));
}
