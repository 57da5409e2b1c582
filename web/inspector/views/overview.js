// How the queue is, at a glance: its health, the four lanes, and what it did in the last minutes.

import { el, mark, setText } from "../dom.js";
import { bytes, count, milliseconds, PRIORITIES, share } from "../format.js";
import { dropped, held } from "../history.js";
import { Chart } from "../parts/chart.js";
import { Events } from "../parts/events.js";
import { Bars, batchBars } from "../parts/bars.js";
import { Health } from "../parts/health.js";

const COLUMNS = ["Waiting", "Oldest", "Stored / s", "p50", "p99", "Stored", "Dropped"];
const DASHES = { low: [4, 3] };

export class Overview {
  title = "Overview";
  #store;
  #cells = new Map();

  constructor(store) {
    this.#store = store;
    this.health = new Health(store);
    const lane = (priority) => ({ label: priority, color: priority, dash: DASHES[priority] });
    const lanes = PRIORITIES.map(lane);
    const medians = PRIORITIES.map((priority) => ({ ...lane(priority), label: `${priority} p50`, dash: [1, 3], width: 1 }));
    const holding = { label: "held", color: "accent", fill: true };
    const limit = { label: "limit", color: "bad", dash: [6, 4], width: 1 };
    this.charts = {
      rate: new Chart("Stored per second", lanes, count),
      depth: new Chart("Waiting, by priority", lanes, count),
      latency: new Chart("Until stored: p99, and p50 dotted", [...lanes, ...medians], milliseconds, { log: true }),
      memory: new Chart("Memory held", [holding, limit], bytes, { binary: true }),
    };
    this.drops = new Bars("Dropped, by reason", "Nothing was dropped.");
    this.sizes = new Bars("Traces in a batch", "No batch was written yet.");
    this.events = new Events();
    this.element = el("div", { className: "view overview" },
      this.health.element,
      this.#table(),
      el("div", { className: "charts" }, ...Object.values(this.charts).map(({ element }) => element)),
      el("div", { className: "asides" }, this.drops.element, this.sizes.element, this.events.element));
  }

  enter() { this.health.askAgain(); }

  update() {
    const { client } = this.#store;
    this.health.update();
    if (!client?.metrics) return;
    this.#showLanes(client);
    this.#showCharts(client);
    const drops = Object.entries(client.metrics.droppedByReason ?? {}).sort(([, a], [, b]) => b - a);
    this.drops.show(drops.map(([reason, number]) => [reason.replaceAll("_", " "), number]));
    this.sizes.show(batchBars(client.batches));
    this.events.show(client.events);
  }

  #table() {
    const heads = COLUMNS.map((name) => el("th", { scope: "col", className: "number" }, name));
    const head = el("tr", {}, el("th", { scope: "col" }, "Lane"), ...heads);
    const rows = [...PRIORITIES, "all"].map((priority) => {
      const cells = COLUMNS.map(() => el("td", { className: "number" }, "–"));
      const bar = el("i", { className: "fill" });
      this.#cells.set(priority, { cells, bar });
      const name = priority === "all" ? ["all"] : [mark(priority), priority, el("span", { className: "track", "aria-hidden": "true" }, bar)];
      return el("tr", { "data-lane": priority }, el("th", { scope: "row" }, ...name), ...cells);
    });
    return el("div", { className: "scroller", tabIndex: 0, role: "region", ariaLabel: "Lanes" },
      el("table", { className: "lanes" }, el("thead", {}, head), el("tbody", {}, ...rows)));
  }

  #showLanes({ history, metrics }) {
    const now = Date.now();
    const { peak } = history;
    for (const priority of PRIORITIES) {
      const lane = metrics.byPriority?.[priority];
      const age = held(lane) ? history.age(priority, now) : null;
      this.#row(priority, lane, history.rate(priority), [
        age === null ? "–" : milliseconds(age),
        milliseconds(metrics.latencyP50?.[priority] ?? NaN), milliseconds(metrics.latencyP99?.[priority] ?? NaN),
      ]);
      this.#cells.get(priority).bar.style.transform = `scaleX(${held(lane) / peak})`;
    }
    this.#row("all", metrics, PRIORITIES.reduce((sum, priority) => sum + history.rate(priority), 0), ["", "", ""]);
  }

  #row(key, lane, rate, [oldest, p50, p99]) {
    const values = [count(held(lane)), oldest, count(rate), p50, p99, count(lane?.written), count(dropped(lane))];
    const { cells } = this.#cells.get(key);
    for (const [n, value] of values.entries()) setText(cells[n], value);
    cells.at(-1).classList.toggle("bad", dropped(lane) > 0);
  }

  #showCharts({ history, metrics }) {
    const { times, lanes, memory } = history;
    const columns = (kind) => PRIORITIES.map((priority) => lanes[priority][kind]);
    const worst = (values) => PRIORITIES.map((priority) => values?.[priority]).filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0);
    const total = PRIORITIES.reduce((sum, priority) => sum + history.rate(priority), 0);
    const limit = this.health.limit;
    this.charts.rate.show([times, ...columns("rate")], `${count(total)} now`);
    this.charts.depth.show([times, ...columns("depth")], `${count(held(metrics))} now`);
    this.charts.latency.show([times, ...columns("p99"), ...columns("p50")], `${milliseconds(worst(metrics.latencyP99))} at worst`);
    this.charts.memory.show([times, memory, times.map(() => limit ?? null)],
      `${bytes(metrics.memoryUsage)}${limit ? ` of ${bytes(limit)}, ${share(metrics.memoryUsage / limit)}` : ""}`);
  }
}
