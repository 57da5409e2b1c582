// A plot over time, by uPlot: lines in the colours of the priorities.

import uPlot from "uplot";
import { el } from "../dom.js";
import { clock } from "../format.js";

const HEIGHT = 132;
const FROM_ZERO = { range: (_, low, high) => [0, Math.max(4, (high ?? 0) * 1.08)] };
const LOGARITHMIC = { distr: 3, range: (_, low, high) => [Math.max(0.1, low ?? 1), Math.max(10, high ?? 10)] };
const ENOUGH = 2; // points: one has no span of time
const DECADES = Array.from({ length: 12 }, (_, n) => 10 ** (n - 2));
const BINARY = Array.from({ length: 34 }, (_, n) => 2 ** n);

/** `series`: {label, color (a variable of the sheet), dash, width, fill, step}. `format` makes a value readable. */
export class Chart {
  #plot = null;
  #series;
  #format;
  #options;
  #data = null;

  constructor(title, series, format, options = {}) {
    [this.#series, this.#format, this.#options] = [series, format, options];
    this.place = el("div", { className: "plot" });
    this.reading = el("p", { className: "reading" });
    this.element = el("figure", { className: "chart" }, el("figcaption", {}, el("h3", {}, title), this.reading), this.place);
    // What the canvas shows, for those who can't see it.
    this.place.setAttribute("role", "img");
    this.title = title;
    new ResizeObserver(() => this.#fit()).observe(this.place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolor());
  }

  /** `data`: the times in s, then a column for each series; `reading` says it in words. */
  show(data, reading = "") {
    this.#data = data;
    this.reading.textContent = reading;
    this.place.ariaLabel = `${this.title}: ${reading || "no data yet"}`;
    if (data[0].length < ENOUGH) return;
    if (this.#plot) this.#plot.setData(data);
    else this.#make();
  }

  /** Other colours from now on. */
  recolor() {
    this.#plot?.destroy();
    this.#plot = null;
    if (this.#data?.[0].length >= ENOUGH) this.#make();
  }

  #color(name) {
    const probe = el("i", { hidden: true });
    probe.style.color = `var(--${name})`;
    this.place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }

  #make() {
    const width = this.place.clientWidth;
    if (!width) return;
    const [muted, line] = [this.#color("muted"), this.#color("line")];
    const axis = { stroke: muted, font: "11px system-ui, sans-serif", grid: { stroke: line, width: 1 }, ticks: { show: false } };
    const { log = false, binary = false } = this.#options;
    const ticks = log ? { splits: decades } : binary ? { incrs: BINARY } : {};
    this.#plot = new uPlot({
      width, height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      padding: [8, 26, 0, 0],
      scales: { x: { time: true }, y: log ? LOGARITHMIC : FROM_ZERO },
      axes: [
        { ...axis, space: 56, size: 24, values: (_, times) => times.map((time) => clock(time * 1_000).slice(0, 8)) },
        { ...axis, ...ticks, space: 28, size: 56, values: (_, values) => values.map(this.#format) },
      ],
      series: [{}, ...this.#series.map((one) => this.#line(one))],
      hooks: { setCursor: [(plot) => this.#point(plot)] },
    }, this.#data, this.place);
  }

  #line({ label, color, dash, width = 1.5, fill }) {
    const stroke = this.#color(color);
    return { label, stroke, dash, width, points: { show: false }, spanGaps: true, fill: fill && withAlpha(stroke, 0.14) };
  }

  /** The values below the pointer, in the place of what is said otherwise. */
  #point({ cursor: { idx } }) {
    if (idx == null) return;
    const [times, ...columns] = this.#data;
    const values = this.#series.map(({ label }, n) => [label, columns[n][idx]]).filter(([, value]) => value != null);
    const words = values.map(([label, value]) => `${label} ${this.#format(value)}`);
    this.reading.textContent = [clock(times[idx] * 1_000).slice(0, 8), ...words].join("  ");
  }

  #fit() {
    const width = this.place.clientWidth;
    if (!width) return;
    if (!this.#plot) return this.recolor();
    if (this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT });
  }
}

const decades = (_, axis, low, high) => DECADES.filter((value) => value >= low && value <= high);

const withAlpha = (color, alpha) => color.replace(/^rgb\((.*)\)$/, `rgb($1 / ${alpha})`).replace(/, (?=.*\/)/g, " ");
