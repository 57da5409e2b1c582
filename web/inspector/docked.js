// The element at the bottom of a page, with an edge to pull at.

import { button, el, sheet } from "./dom.js";
import "./inspector.js";
import { PageSource } from "./sources/page.js";
import { inTopLayer } from "./top_layer.js";
import css from "./css/docked.css";

const docking = sheet(css);

export function docked({ source, height, onHeight, onClose, step, least }) {
  const inspector = document.createElement("pyqueue-inspector");
  inspector.shadowRoot.adoptedStyleSheets.push(docking);
  inspector.source = source ?? new PageSource();
  inspector.popover = "manual"; // above all, and out of reach of what the page does to its body
  inspector.addTool(button("Close", onClose, { className: "quiet", ariaLabel: "Close the inspector" }));
  const edge = el("div", { className: "edge", role: "separator", tabIndex: 0, ariaOrientation: "horizontal", ariaLabel: "Height of the inspector" });
  inspector.shadowRoot.prepend(edge);

  function resize(wanted) {
    const px = Math.round(Math.max(least, Math.min(wanted, innerHeight - 8)));
    inspector.style.setProperty("--height", `${px}px`);
    edge.ariaValueNow = String(Math.round((px / innerHeight) * 100));
    edge.ariaValueMin = "0";
    edge.ariaValueMax = "100";
    onHeight(px);
    return px;
  }

  let px = resize(height);
  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) px = resize(innerHeight - event.clientY);
  });
  edge.addEventListener("keydown", (event) => {
    const by = { ArrowUp: step, ArrowDown: -step }[event.key];
    if (!by) return;
    event.preventDefault();
    px = resize(px + by);
  });
  // What is typed here is not meant for the host's shortcuts. The browser's own still work.
  for (const type of ["keydown", "keypress", "keyup"]) {
    inspector.addEventListener(type, (event) => event.stopPropagation());
  }
  inspector.focus = () => inspector.shadowRoot.querySelector("[role=tab][aria-selected=true]")?.focus();
  return Object.assign(inspector, inTopLayer(inspector));
}
