// A value of anyone's, as a tree that opens where it is opened: depth and length cost nothing before.

import { button, el } from "../dom.js";
import { bytes, count } from "../format.js";
import { shown, shownLines } from "../shown.js";

const LINE = 300; // characters of a text at first
const MORE = 64 * 1024; // and with each further step
const ENTRIES = 100;
const SMALL = 8; // entries, with which it is open from the beginning
const LOOKS_OTHERWISE = /^(|-?\d[\d.e+-]*|true|false|null|\s.*|.*\s)$/s;

/** The entries of an object or a list, as lines. */
export function entries(value, label) {
  const list = el("ul", { className: "values", ariaLabel: label });
  more(list, Array.isArray(value) ? value.map((item, n) => [String(n), item]) : Object.entries(value), 0);
  return list;
}

function more(list, all, from) {
  list.append(...all.slice(from, from + ENTRIES).map(([key, value]) => line(key, value)));
  const left = all.length - from - ENTRIES;
  if (left <= 0) return;
  const item = el("li", {}, button(`${count(left)} more`, () => { item.remove(); more(list, all, from + ENTRIES); }, { className: "quiet" }));
  list.append(item);
}

function line(key, value) {
  const name = el("span", { className: "key code" }, shown(key, 120));
  if (value !== null && typeof value === "object") return el("li", { className: "nest" }, nested(name, value));
  return el("li", {}, name, typeof value === "string" ? text(value) : el("span", { className: `value ${typeof value}` }, String(value)));
}

function nested(name, value) {
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  const brief = el("span", { className: "note" }, Array.isArray(value) ? `${count(size)} items` : `${count(size)} keys`);
  const box = el("details", {}, el("summary", {}, name, brief));
  box.addEventListener("toggle", () => box.open && box.children.length === 1 && box.append(entries(value, "Entries")));
  box.open = size > 0 && size <= SMALL && Object.values(value).every(isBrief);
  return box;
}

const isBrief = (value) => value === null || (typeof value === "string" ? value.length <= 60 : typeof value !== "object");

/** A text: a line of it, and the rest step by step, for a megabyte at once would stop the page. */
export function text(value) {
  const all = shownLines(value, LINE);
  const isShort = value.length <= LINE;
  const node = el("span", { className: "value string" }, LOOKS_OTHERWISE.test(value) ? JSON.stringify(all) : all);
  if (isShort) return node;
  let end = LINE;
  const left = () => value.length - end;
  const label = () => (left() > MORE ? `Show ${bytes(MORE)} more, of ${bytes(left())}` : `Show all of ${bytes(value.length)}`);
  const next = button(label(), () => {
    end += MORE;
    node.textContent = shownLines(value, end);
    if (left() <= 0) next.remove();
    else next.textContent = label();
  }, { className: "quiet" });
  return el("span", { className: "value" }, node, " ", next);
}
