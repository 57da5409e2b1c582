// A table that scrolls sideways where it has to.

import { el } from "../dom.js";

/** `texts` and `numbers` are the heads, of which the latter stand at the right; an element is taken as it is. */
export function table(label, texts, numbers, rows) {
  const heads = [...texts.map((head) => cell("th", head, "")), ...numbers.map((head) => cell("th", head, "number"))];
  const head = el("thead", {}, el("tr", {}, ...heads));
  const element = el("table", { className: "wide-table" }, head, rows);
  return el("div", { className: "scroller", tabIndex: 0, role: "region", ariaLabel: label }, element);
}

const cell = (tag, content, className) => el(tag, { scope: "col", className }, content);
