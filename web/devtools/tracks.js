// Tracks of ours in DevTools' Performance panel: start({ tracks: true }). Here the page's; what Python does, Python draws
// where it runs (pyqueue/browser/tracks.py).
//
// The format: https://developer.chrome.com/docs/devtools/performance/extension. Other browsers show plain measures.

import { PRIORITIES } from "../protocol.js";
import { held } from "./held.js";
import { cut } from "./summary.js";
import { quietly, tap } from "./tap.js";

const COLORS = ["primary-light", "primary", "primary-dark", "error"]; // by priority
const OURS = "\u200b"; // ends our names, unseen: what is cleared is then no measure of the page's own

export class Tracks {
  #client;
  #followed;

  /** `client` holds a client's parts. */
  constructor(client) {
    this.#client = client;
    held(client).forEach((trace) => quietly(drawTrace, trace));
    tap(client.facts().waiting, drawTrace);
    client.self.on("batch", (batch) => client.state() !== "python" && drawSpooled(batch));
    this.follow();
  }

  /** Has Python draw what it does: there may be another one than before. */
  follow() {
    const python = this.#client.python();
    if (this.#client.state() !== "python" || this.#followed === python) return;
    this.#followed = python;
    python.call("tracks");
  }
}

function drawTrace({ text }) {
  const { id, name, priority, timestamp, duration, status, traceId } = JSON.parse(text);
  const properties = Object.entries({ id, priority, status, traceId }).filter(([, value]) => value);
  const start = timestamp - performance.timeOrigin;
  draw("traces", name, start, start + duration, COLORS[PRIORITIES.indexOf(priority)], properties);
}

/** Without Python a batch is a row, and a write. */
function drawSpooled({ size, bytes, took }) {
  const end = performance.now();
  draw("batches", `${size} traces`, end - took, end, "secondary", [["traces", size], ["bytes", bytes]]);
  draw("writes", "write", end - took, end, "tertiary", [["rows", 1]]);
}

/** From `start` to `end` on the page's clock, as much of it as lies within the page's life till now. */
function draw(track, name, start, end, color, properties) {
  const now = performance.now();
  if (end < 0 || start > now) return;
  const label = cut(name) + OURS;
  const shown = properties.map(([key, value]) => [key, cut(`${value}`)]);
  const devtools = { dataType: "track-entry", trackGroup: "pyqueue", track, color, properties: shown };
  performance.measure(label, { start: Math.max(0, start), end: Math.min(now, end), detail: { devtools } });
  performance.clearMeasures(label); // or they would fill the page's memory
}
