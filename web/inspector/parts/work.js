// What is under way, how far it is, and a way to end it.

import { button, div, el, setText } from "../dom.js";
import { count } from "../format.js";

export class Work {
  #lines = new Map();
  #store;

  constructor(store) {
    this.#store = store;
    this.element = el("div", { className: "works", role: "group", ariaLabel: "Under way" });
  }

  update() {
    const { work } = this.#store;
    for (const [one, line] of this.#lines) {
      if (work.includes(one)) continue;
      line.element.remove();
      this.#lines.delete(one);
    }
    for (const one of work) {
      if (!this.#lines.has(one)) this.#lines.set(one, this.#line(one));
      show(this.#lines.get(one), one.progress);
    }
  }

  #line(one) {
    const [bar, text] = [el("progress", { ariaLabel: one.label }), el("span")];
    const cancel = button("Cancel", () => one.cancel(), { className: "quiet" });
    const element = div("work", el("span", {}, one.label), bar, text, cancel);
    this.element.append(element);
    return { element, bar, text };
  }
}

function show({ bar, text }, progress) {
  if (!progress) return;
  const { done, total } = progress;
  if (total) [bar.max, bar.value] = [total, done];
  setText(text, total ? `${count(done)} of ${count(total)}` : count(done));
}
