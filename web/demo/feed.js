// The person's own last actions going by: each is queued, and a moment later stored.

import { dropped, waiting } from "./counts.js";
import { byId, el, setText } from "./dom.js";
import { summary } from "./format.js";
import { onAction, pq } from "./tracing.js";

const SHOWN = 6;
const LABELS = { written: "stored", in_flight: "writing" };
const FINAL = new Set(["written", "dropped", "untraced"]);

let entries = []; // newest first
let drops = {}; // priority → dropped so far, when last looked

export function watchActions() {
  onAction((action) => {
    const [latest] = entries;
    if (latest?.name === action.name && action.name === "ui.pointer") again(latest, action.id);
    else push(action);
    byId("feed-empty").hidden = true;
  });
}

/** Concludes from metrics that were asked for at `askedAt` what became of the actions before. */
export async function followUp(metrics, askedAt) {
  drops = Object.fromEntries(Object.entries(metrics.byPriority).map(([priority, counts]) => [priority, dropped(counts)]));
  for (const entry of [...entries]) {
    const lane = metrics.byPriority[entry.priority];
    if (FINAL.has(entry.status) || entry.at > askedAt || waiting(lane) > 0) continue;
    // By the law, what is neither waiting nor dropped is stored. To ask for each id would search the whole store.
    const { id } = entry;
    const status = drops[entry.priority] === entry.dropsBefore ? "written" : await askFor(id);
    if (entry.id === id) become(entry, status); // else the row stands for a newer one meanwhile
  }
}

async function askFor(id) {
  const status = await pq.status(id);
  return status === "unknown" ? "dropped" : status;
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
  const entry = { id, name, priority, node, chip, times, seen: 1 };
  sentNow(entry);
  become(entry, stateAtFirst(id));
  byId("feed").prepend(node);
  entries.unshift(entry);
  for (const gone of entries.splice(SHOWN)) gone.node.remove();
}

// A drag samples the pointer many times a second: one row that counts says more than a screenful.
function again(entry, id) {
  entry.id = id;
  entry.seen += 1;
  sentNow(entry);
  setText(entry.times, ` ×${entry.seen}`);
  become(entry, stateAtFirst(id));
}

function sentNow(entry) {
  entry.at = performance.now();
  entry.dropsBefore = drops[entry.priority] ?? 0;
}

// No id: pyqueue refused it, or there is no pyqueue.
const stateAtFirst = (id) => (id ? "queued" : pq ? "dropped" : "untraced");

function become(entry, status) {
  entry.status = status;
  entry.node.dataset.status = status;
  setText(entry.chip, LABELS[status] ?? status);
}
