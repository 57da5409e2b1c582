// What pyqueue announced, counted: an event lights its chip for a moment and leaves its last words in the tooltip.

import { byId, el, setText } from "./dom.js";
import { count } from "./format.js";
import { pq } from "./tracing.js";

const EVENTS = ["batch", "drop", "backpressure", "mode", "memory", "error"];

export function watchEvents() {
  for (const name of EVENTS) {
    const number = el("b", { textContent: "0" });
    const chip = el("li", { className: "chip", "data-event": name, "data-seen": "0" }, `${name} `, number);
    byId("events").append(chip);
    let seen = 0;
    pq.on(name, (detail) => {
      seen += 1;
      chip.dataset.seen = seen;
      setText(number, count(seen));
      chip.title = words(detail);
    });
  }
}

function words(detail) {
  try {
    return JSON.stringify(detail)?.slice(0, 300) ?? "";
  } catch {
    return String(detail);
  }
}
