// Two traces side by side: what is different, and, if asked for, what is not.

import { div, el, note } from "../dom.js";
import { count } from "../format.js";
import { shown } from "../shown.js";
import { plain } from "./copy.js";

const MOST = 400; // lines
const DEEPEST = 12;

export function compare(left, right) {
  const [a, b] = [flat(plain(left)), flat(plain(right))];
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  const different = keys.filter((key) => a.get(key) !== b.get(key));
  const body = el("tbody");
  const all = el("input", { type: "checkbox", onchange: () => fill() });
  const fill = () => body.replaceChildren(...(all.checked ? keys : different).slice(0, MOST).map((key) => line(key, a.get(key), b.get(key))));
  fill();
  const heads = ["Field", shown(left.name, 60), shown(right.name, 60)].map((head) => el("th", { scope: "col" }, head));
  return div("compare",
    div("toolbar", note(`${count(different.length)} of ${count(keys.length)} fields differ`), el("label", {}, all, " the others, too")),
    el("table", {}, el("thead", {}, el("tr", {}, ...heads)), body));
}

const line = (key, left, right) =>
  el("tr", { className: left === right ? "same" : "" }, el("th", { scope: "row", className: "code" }, shown(key, 120)), cell(left), cell(right));

const cell = (value) => (value === undefined ? el("td", { className: "note" }, "–") : el("td", { className: "code" }, shown(value, 400)));

/** Paths to their values, as text. */
function flat(value, path = "", depth = 0, found = new Map()) {
  if (found.size > 5_000) return found;
  const isDeep = value !== null && typeof value === "object" && depth < DEEPEST && Object.keys(value).length;
  if (!isDeep) return path ? found.set(path, brief(value, depth)) : found;
  for (const [key, inner] of Object.entries(value)) flat(inner, path ? `${path}.${key}` : key, depth + 1, found);
  return found;
}

function brief(value, depth) {
  if (typeof value === "string") return value;
  return depth < DEEPEST ? JSON.stringify(value) : "[deeper]";
}
