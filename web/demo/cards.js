// A card on the page: what it shows, and its title while it is being edited.

import { el, icon } from "./dom.js";

const KEYS = "Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown Enter Delete";

/** `on` carries the verbs: edit(id), remove(id), step(id, key). */
export function cardElement(card, on) {
  const verb = (name, label, run) =>
    el("button", { type: "button", className: "quiet square", "aria-label": label, title: label, onclick: run }, icon(name));
  return el("li", { className: "card", draggable: true, tabIndex: 0, "aria-keyshortcuts": KEYS, "data-id": card.id, "data-testid": "card" },
    el("p", { className: "title", "data-testid": "card-title", onclick: () => on.edit(card.id) }),
    el("div", { className: "card-foot" },
      el("span", { className: "label", "data-label": card.label, textContent: card.label }),
      el("div", { className: "verbs" },
        verb("left", "Move left", () => on.step(card.id, "ArrowLeft")),
        verb("right", "Move right", () => on.step(card.id, "ArrowRight")),
        verb("edit", "Edit", () => on.edit(card.id)),
        verb("trash", "Delete", () => on.remove(card.id)))));
}

/** Turns the title into a field. Enter and leaving it commit, Escape does not; `finish(text or null, byKey)` is called once. */
export function editTitle(item, finish) {
  const title = item.querySelector(".title");
  const opened = performance.now();
  const field = el("textarea", { className: "title", value: title.textContent, rows: 1, maxLength: 200,
    "aria-label": "Card title", "data-testid": "card-input" });
  let open = true;
  const close = (text, byKey) => {
    if (!open) return;
    open = false;
    field.replaceWith(title);
    item.draggable = true;
    finish(text, byKey);
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the card's own keys must not act while someone types
    if (event.key === "Enter") { event.preventDefault(); close(field.value.trim(), true); }
    if (event.key === "Escape") close(null, true);
  });
  field.addEventListener("blur", () => close(field.value.trim(), false));
  // The second click of a double click on the title lands in this field and would leave one word selected.
  field.addEventListener("dblclick", () => { if (performance.now() - opened < 600) field.select(); });
  item.draggable = false; // a draggable ancestor takes the mouse away from text selection
  title.replaceWith(field);
  field.focus();
  field.select();
}
