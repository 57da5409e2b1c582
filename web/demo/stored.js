// What IndexedDB holds, newest first. Traces from before this page was loaded are marked: they survived the reload.

import { byId, el, setText } from "./dom.js";
import { count, summary, time } from "./format.js";
import { pq } from "./tracing.js";

const LIMIT = 200;
const NAMES = ["app.error", "board.card.add", "board.card.delete", "board.card.edit", "board.card.move", "board.save", "board.search",
  "board.undo", "demo.burst", "ui.pointer"];
const COMING_BACK = "pyqueue-demo.stored";

export function buildStored() {
  byId("stored-name").append(...NAMES.map((name) => el("option", { value: name, textContent: name })));
}

export async function showStored() {
  const note = byId("stored-note");
  const name = byId("stored-name").value;
  setText(note, "Reading…");
  try {
    const traces = await pq.query({ ...(name && { name }), limit: LIMIT, order: "desc" });
    const older = traces.filter(isOlder).length;
    byId("stored-list").replaceChildren(...traces.map(row));
    setText(note, traces.length ? `The last ${count(traces.length)}, of which ${count(older)} from before this page was loaded.` : "Nothing is stored yet.");
  } catch (error) {
    setText(note, `Could not be read: ${error.message}`);
  }
}

export function clearStored() {
  byId("stored-list").replaceChildren();
  setText(byId("stored-note"), "");
}

export async function reloadAndReadBack() {
  sessionStorage.setItem(COMING_BACK, "yes");
  byId("reload").disabled = true;
  await pq.flush().catch(() => {}); // reload all the same: what could not be flushed is what one wants to see then
  location.reload();
}

/** True once, on the load that "Reload and read back" asked for. */
export function cameBack() {
  const back = sessionStorage.getItem(COMING_BACK) !== null;
  sessionStorage.removeItem(COMING_BACK);
  return back;
}

const isOlder = (trace) => trace.timestamp < performance.timeOrigin;

function row(trace) {
  const details = el("details", {}, el("summary", {},
    el("span", { className: "dot", role: "img", "aria-label": trace.priority, title: trace.priority }),
    el("span", { className: "what", textContent: trace.name }),
    el("span", { className: "detail", textContent: summary(trace.attributes) }),
    el("time", { textContent: time(trace.timestamp) })));
  if (isOlder(trace)) details.firstElementChild.append(el("span", { className: "status", textContent: "earlier", title: "From before this page was loaded" }));
  if (trace.status === "error") details.classList.add("failed");
  details.addEventListener("toggle", () => details.append(source(trace)), { once: true });
  return el("li", { className: "trace", "data-lane": trace.priority, "data-testid": "stored-trace" }, details);
}

const source = (trace) => el("pre", { textContent: JSON.stringify(trace, null, 2), tabIndex: 0 });
