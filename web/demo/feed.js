// The person's own last actions going by: each is queued, and a moment later stored.

import { byId, el, setText } from "./dom.js";
import { summary } from "./format.js";
import { onAction, pq } from "./tracing.js";

const SHOWN = 6;
const LABELS = { written: "stored", in_flight: "writing" };
const FINAL = new Set(["written", "dropped", "untraced"]);
const PATIENCE = 8; // looks at a trace that is neither held nor stored, until it counts as dropped

let entries = []; // newest first

export function watchActions() {
  onAction((action) => {
    const [latest] = entries;
    if (latest?.name === action.name && action.name === "ui.pointer") again(latest, action.id);
    else push(action);
    byId("feed-empty").hidden = true;
  });
}

/** Asks what became of those that were not stored when last seen. */
export async function followUp() {
  await Promise.all(entries.filter((entry) => !FINAL.has(entry.status)).map(async (entry) => {
    const { id } = entry;
    const status = await pq.status(id);
    if (entry.id !== id) return; // a newer one of the same row meanwhile
    if (status !== "unknown") become(entry, status);
    else if ((entry.missed += 1) > PATIENCE) become(entry, "dropped");
  }));
}

export function clearFeed() {
  entries = [];
  byId("feed").replaceChildren();
  byId("feed-empty").hidden = false;
}

function push({ id, name, attributes, priority, status: outcome }) {
  const chip = el("span", { className: "status" });
  const times = el("span", { className: "times" });
  const node = el("li", { className: "action", "data-lane": priority, "data-testid": "feed-item" },
    el("span", { className: "dot", role: "img", "aria-label": priority, title: priority }),
    el("span", { className: "what" }, name, times),
    el("span", { className: "detail", textContent: summary(attributes) }),
    chip);
  node.classList.toggle("failed", outcome === "error");
  const entry = { id, name, node, chip, times, seen: 1, missed: 0 };
  become(entry, stateAtFirst(id));
  byId("feed").prepend(node);
  entries.unshift(entry);
  for (const gone of entries.splice(SHOWN)) gone.node.remove();
}

// A drag samples the pointer many times a second: one row that counts says more than a screenful.
function again(entry, id) {
  entry.id = id;
  entry.seen += 1;
  entry.missed = 0;
  setText(entry.times, ` ×${entry.seen}`);
  become(entry, stateAtFirst(id));
}

// No id: pyqueue refused it, or there is no pyqueue.
const stateAtFirst = (id) => (id ? "queued" : pq ? "dropped" : "untraced");

function become(entry, status) {
  entry.status = status;
  entry.node.dataset.status = status;
  setText(entry.chip, LABELS[status] ?? status);
}
