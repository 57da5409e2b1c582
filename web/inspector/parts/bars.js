// A few figures as bars, each beside its number.

import { el, setText } from "../dom.js";
import { count } from "../format.js";
import { shown } from "../shown.js";

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, Infinity];

export class Bars {
  #lines = [];

  constructor(title, empty) {
    this.list = el("ul", { className: "bars" });
    this.note = el("p", { className: "note" }, empty);
    this.element = el("section", { className: "aside" }, el("h3", {}, title), this.list, this.note);
  }

  /** `bars`: [label, value]. */
  show(bars) {
    const most = Math.max(1, ...bars.map(([, value]) => value));
    this.note.hidden = bars.length > 0;
    while (this.#lines.length < bars.length) this.#lines.push(this.#line());
    for (const [n, line] of this.#lines.entries()) {
      line.element.hidden = n >= bars.length;
      if (n >= bars.length) continue;
      const [label, value] = bars[n];
      setText(line.label, shown(label, 60));
      setText(line.value, count(value));
      line.bar.style.transform = `scaleX(${value / most})`;
    }
  }

  #line() {
    const [label, value, bar] = [el("span", { className: "label" }), el("span", { className: "number" }), el("i", { className: "fill" })];
    const element = el("li", {}, label, el("span", { className: "track", "aria-hidden": "true" }, bar), value);
    this.list.append(element);
    return { element, label, value, bar };
  }
}

/** Sizes of batches, in steps of 1, 2, 5, 10 …, from the smallest to the largest that occurs. */
export function batchBars(sizes) {
  const counts = new Map();
  for (const size of sizes) {
    const step = STEPS.findIndex((most) => size <= most);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const steps = [...counts.keys()].sort((a, b) => a - b);
  const span = steps.length ? Array.from({ length: steps.at(-1) - steps[0] + 1 }, (_, n) => steps[0] + n) : [];
  return span.map((step) => [label(step), counts.get(step) ?? 0]);
}

function label(step) {
  const [low, high] = [(STEPS[step - 1] ?? 0) + 1, STEPS[step]];
  return high === Infinity ? `over ${low - 1}` : low === high ? `${low}` : `${low} to ${high}`;
}
