// One message at a time, in a corner, read out by screen readers.

import { byId, el, icon } from "./dom.js";

const SHOWN = 4000;
let timer;

/** `action` is `{label, run}`; a message that asks for something stays until it is answered. */
export function toast(message, { kind = "info", action } = {}) {
  clearTimeout(timer);
  const node = el("div", { className: `toast ${kind}`, role: kind === "info" ? "status" : "alert", "data-testid": "toast" },
    el("p", { textContent: message }));
  if (action) node.append(button(action));
  node.append(el("button", { type: "button", className: "quiet square", "aria-label": "Dismiss", onclick: dismiss }, icon("close")));
  byId("toasts").replaceChildren(node);
  if (!action) timer = setTimeout(dismiss, SHOWN);
}

function button({ label, run }) {
  return el("button", { type: "button", textContent: label, onclick: () => { dismiss(); run(); } });
}

function dismiss() {
  byId("toasts").replaceChildren();
}
