// Dragging with the mouse: shows where the card would land, and reports where it did.

import { el } from "./dom.js";

const SAMPLE = 120; // ms between two traced pointer positions

/** `on.drop(id, column, beforeId, duration)` ends a drag; `on.pointer(id, x, y)` samples it. */
export function enableDragging(columns, on) {
  const marker = el("li", { className: "marker", role: "presentation" });
  let held = null;

  columns.addEventListener("dragstart", (event) => {
    const item = event.target.closest?.(".card");
    if (!item) return;
    held = { id: item.dataset.id, item, since: performance.now(), sampled: 0 };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.querySelector(".title").textContent);
    requestAnimationFrame(() => item.classList.add("held")); // after the browser has taken its picture of the card
  });

  columns.addEventListener("dragover", (event) => {
    const list = held && event.target.closest?.(".column")?.querySelector(".cards");
    if (!list) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    place(marker, list, below(list, event.clientY, held.item));
    if (event.timeStamp - held.sampled > SAMPLE) {
      held.sampled = event.timeStamp;
      on.pointer(held.id, Math.round(event.clientX), Math.round(event.clientY));
    }
  });

  columns.addEventListener("drop", (event) => {
    const column = held && event.target.closest?.(".column");
    if (!column) return;
    event.preventDefault();
    const { id, since, item } = held;
    const before = below(column.querySelector(".cards"), event.clientY, item);
    release();
    on.drop(id, column.dataset.column, before?.dataset.id ?? null, performance.now() - since);
  });

  columns.addEventListener("dragend", release);

  function release() {
    marker.remove();
    held?.item.classList.remove("held");
    held = null;
  }
}

function place(marker, list, next) {
  if (marker.parentNode !== list || marker.nextElementSibling !== next) list.insertBefore(marker, next);
}

/** The first shown card whose middle is below the pointer: the one to land before. */
function below(list, y, held) {
  const shown = [...list.querySelectorAll(".card:not([hidden])")].filter((item) => item !== held);
  return shown.find((item) => {
    const { top, height } = item.getBoundingClientRect();
    return y < top + height / 2;
  }) ?? null;
}
