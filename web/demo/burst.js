// Ten thousand traces in one synchronous tick, and how long it takes until the last one is stored.

import { dropped, waiting } from "./counts.js";
import { byId, setText } from "./dom.js";
import { count, milliseconds } from "./format.js";
import { pq } from "./tracing.js";

const SIZE = 10_000;
const LOOK = 50; // ms between two looks at the metrics
const PAYLOAD = "The quick brown fox jumps over the lazy dog. ".repeat(6);

export async function burst() {
  const [button, progress, result] = [byId("burst"), byId("burst-progress"), byId("burst-result")];
  button.disabled = true;
  progress.hidden = false;
  progress.value = 0;
  setText(result, "Storing…");
  try {
    setText(result, await run((done) => { progress.value = done; }));
  } catch (error) {
    setText(result, `The burst could not be followed: ${error.message}`);
  } finally {
    progress.hidden = true;
    button.disabled = false;
  }
}

async function run(onProgress) {
  const before = await pq.metrics();
  const traceId = crypto.randomUUID().replaceAll("-", "");
  const began = performance.now();
  for (let index = 0; index < SIZE; index += 1) pq.trace("demo.burst", attributes(index), { priority: priorityOf(index), traceId });
  const traced = performance.now() - began;
  const after = await settled(before, onProgress);
  const took = performance.now() - began;
  const lost = dropped(after) - dropped(before);
  const stored = await pq.query({ name: "demo.burst", traceId, limit: 2 * SIZE });
  return `${count(stored.length)} stored in IndexedDB after ${milliseconds(took)} (${after.mode})${lost ? `, ${count(lost)} dropped` : ""}. `
    + `The page was busy for ${milliseconds(traced)}.`;
}

/** Waits until nothing of what was offered is on its way any more. */
async function settled(before, onProgress) {
  for (;;) {
    const after = await pq.metrics();
    onProgress(after.written - before.written);
    if (waiting(after) === 0) return after;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

// 2 in 100 critical, 18 high, 60 normal, 20 low.
function priorityOf(index) {
  const slot = index % 50;
  if (slot === 0) return "critical";
  if (slot < 10) return "high";
  return slot < 40 ? "normal" : "low";
}

const attributes = (index) => ({ index, screen: "release board", payload: PAYLOAD });
