// Two traces side by side: what is different, and, if asked for, what is not.

import { div, el, note } from "../dom.js";
import { count } from "../format.js";
import { shown } from "../shown.js";
import { plain } from "./copy.js";

const MOST = 400; // lines
const LONG = 400; // characters
const BEFORE = 60; // of them, where two texts begin to differ
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

function line(key, ...values) {
  const [left, right] = values;
  const texts = values.every((value) => value === undefined || isText(value)) ? values.map((value) => value && JSON.parse(value)) : values;
  const from = left && right ? seenFrom(...texts) : 0;
  return el("tr", { className: left === right ? "same" : "" }, el("th", { scope: "row", className: "code" }, shown(key, 120)),
    ...texts.map((text) => cell(text, from)));
}

const isText = (json) => json.startsWith('"');

function cell(value, from) {
  if (value === undefined) return el("td", { className: "note" }, "–");
  return el("td", { className: "code" }, from ? `…${shown(value.slice(from), LONG)}` : shown(value, LONG));
}

/** From where on two texts are shown: of long ones that differ late, from a little before that. */
function seenFrom(left, right) {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return left === right || at < LONG - BEFORE ? 0 : at - BEFORE;
}

/** Paths to their values, as JSON: 3 is not "3". */
function flat(value, path = "", depth = 0, found = new Map()) {
  if (found.size > 5_000) return found;
  const isDeep = value !== null && typeof value === "object" && depth < DEEPEST && Object.keys(value).length;
  if (!isDeep) return path ? found.set(path, brief(value, depth)) : found;
  for (const [key, inner] of Object.entries(value)) flat(inner, path ? `${path}.${key}` : key, depth + 1, found);
  return found;
}

const brief = (value, depth) => (depth < DEEPEST || typeof value === "string" ? JSON.stringify(value) : "[deeper]");
