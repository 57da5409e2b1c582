// Nothing is lost without being counted: both equations, with the numbers of this moment.

import { byId, el, setText } from "./dom.js";
import { count } from "./format.js";

const LAW = {
  offered: ["refused", "accepted"],
  accepted: ["written", "evicted", "cancelled", "dead", "queued", "inFlight", "retrying"],
};
const LABELS = { inFlight: "in flight" };

const shown = [];

export function buildLaw() {
  byId("equations").append(...Object.entries(LAW).map(([sum, terms]) =>
    el("p", { className: "equation" }, term(sum), " = ", ...terms.flatMap((name, index) => (index ? [" + ", term(name)] : [term(name)])))));
}

export function showLaw(metrics) {
  for (const { name, number, node } of shown) {
    setText(number, count(metrics[name]));
    node.classList.toggle("none", metrics[name] === 0);
  }
  const holds = balances(metrics);
  byId("law").dataset.balanced = String(holds);
  setText(byId("verdict"), holds ? "✓ balances" : "✗ does not balance");
}

export function balances(metrics) {
  return Object.entries(LAW).every(([sum, terms]) => metrics[sum] === terms.reduce((total, name) => total + metrics[name], 0));
}

function term(name) {
  const number = el("b", { textContent: "0" });
  const node = el("span", { className: "term", "data-term": name }, number, ` ${LABELS[name] ?? name}`);
  shown.push({ name, number, node });
  return node;
}
