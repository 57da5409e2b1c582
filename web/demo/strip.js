// The live strip: asks pyqueue how it is doing, four times a second while someone can see it, and shows the answer.

import { burst } from "./burst.js";
import { byId, setText } from "./dom.js";
import { watchEvents } from "./events.js";
import { clearFeed, followUp, watchActions } from "./feed.js";
import { count, milliseconds } from "./format.js";
import { buildGauges, showGauges } from "./gauges.js";
import { buildLanes, showLanes } from "./lanes.js";
import { balances, buildLaw, showLaw } from "./law.js";
import { buildStored, cameBack, clearStored, reloadAndReadBack, showStored } from "./stored.js";
import { enableTabs } from "./tabs.js";
import { pq, unavailable } from "./tracing.js";

const POLL = 250;
const NEEDS_PYQUEUE = ["burst", "reload", "refresh", "stored-name"];
const queueButtons = [...document.querySelectorAll("[data-queue]")];

// ---- state

function showState(state, text, { trouble = "", boot = "" } = {}) {
  byId("state").dataset.state = state;
  setText(byId("state-text"), text);
  setText(byId("boot-time"), boot);
  setText(byId("trouble"), trouble);
  byId("trouble").hidden = !trouble;
}

async function followBoot() {
  if (!pq) {
    for (const button of [...queueButtons, ...NEEDS_PYQUEUE.map(byId)]) button.disabled = true;
    return showState("unavailable", "unavailable", { trouble: `Tracing is off: ${unavailable.message}` });
  }
  showState("booting", "booting Python");
  try {
    const { runtime, bootMs, queue, error } = await pq.ready;
    if (runtime === "none") showState("none", "no Python", { trouble: error && `Python did not start; traces are stored without it. ${error}` });
    else showState(runtime, `running in ${runtime}`, { boot: ` after ${milliseconds(bootMs)}` });
    markQueue(queue);
  } catch (error) {
    showState("failed", "not started", { trouble: error.message });
  }
}

// ---- metrics

async function poll() {
  try {
    const askedAt = performance.now();
    const metrics = await pq.metrics();
    showLanes(metrics);
    showLaw(metrics);
    showGauges(metrics);
    if (!switching) markQueue(metrics.mode); // others may switch it too, from the console for one
    setText(byId("summary"), `${count(metrics.written)} of ${count(metrics.offered)} stored ${balances(metrics) ? "✓" : "✗"}`);
    await followUp(metrics, askedAt);
  } catch (error) {
    setText(byId("summary"), error.message);
  }
}

/** Looks again only after the last look was answered, and not at all while the tab is hidden. */
async function keepPolling() {
  for (;;) {
    await visible();
    await poll();
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

// ---- controls

let switching = false;

function markQueue(queue) {
  if (queue === "booting") return; // the answer of a client that does not know it yet
  for (const button of queueButtons) button.ariaPressed = String(button.dataset.queue === queue);
}

async function switchQueue(queue) {
  switching = true;
  try {
    await pq.setQueue(queue);
    markQueue(queue);
  } catch (error) {
    setText(byId("burst-result"), `The queue stays as it is: ${error.message}`);
  } finally {
    switching = false;
  }
}

function clearView() {
  clearFeed();
  clearStored();
  setText(byId("burst-result"), "");
}

function setOpen(open) {
  document.body.classList.toggle("strip-closed", !open);
  byId("strip-body").hidden = !open;
  byId("collapse").ariaExpanded = String(open);
}

// ---- starting

buildLanes();
buildLaw();
buildGauges();
buildStored();
watchActions();
enableTabs((panel) => { if (panel === "stored" && pq) showStored(); });
for (const button of queueButtons) button.addEventListener("click", () => switchQueue(button.dataset.queue));
byId("burst").addEventListener("click", burst);
byId("clear").addEventListener("click", clearView);
byId("reload").addEventListener("click", reloadAndReadBack);
byId("refresh").addEventListener("click", showStored);
byId("stored-name").addEventListener("change", showStored);
byId("collapse").addEventListener("click", () => setOpen(byId("strip-body").hidden));

const back = cameBack();
setOpen(back || matchMedia("(min-width: 61rem)").matches); // on a phone the board comes first
followBoot();
if (pq) {
  watchEvents();
  keepPolling();
  if (back) byId("tab-stored").click();
}
