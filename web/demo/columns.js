// The board on the page: three columns, and one element per card that is kept from one showing to the next, so that
// focus and animations survive.

import { cardElement } from "./cards.js";
import { el, icon, setText } from "./dom.js";
import { glide } from "./glide.js";
import { COLUMNS } from "./model.js";

export class Columns {
  #root;
  #on;
  #items = new Map(); // card id → element

  /** `on` carries the verbs: add(column), edit(id), remove(id), step(id, key). */
  constructor(root, on) {
    this.#root = root;
    this.#on = on;
    root.append(...Object.entries(COLUMNS).map(([key, name]) => columnElement(key, name, on)));
  }

  item(id) { return this.#items.get(id); }
  list(column) { return this.#root.querySelector(`[data-column="${column}"] .cards`); }

  show(board, filter) {
    const focused = document.activeElement;
    glide([...this.#items.values()], () => {
      for (const column of Object.keys(COLUMNS)) this.#showColumn(column, board.inColumn(column), filter);
    });
    for (const id of this.#items.keys()) if (!board.find(id)) this.#items.delete(id);
    if (focused !== document.activeElement && focused.isConnected) focused.focus(); // moving an element blurs it
  }

  #showColumn(column, cards, filter) {
    const list = this.list(column);
    const wanted = cards.map((card) => this.#itemFor(card, filter));
    const same = wanted.length === list.children.length && wanted.every((item, index) => item === list.children[index]);
    if (!same) list.replaceChildren(...wanted);
    const shown = wanted.filter((item) => !item.hidden).length;
    setText(list.parentNode.querySelector(".count"), filter ? `${shown} of ${wanted.length}` : String(wanted.length));
  }

  #itemFor(card, filter) {
    if (!this.#items.has(card.id)) this.#items.set(card.id, cardElement(card, this.#on));
    const item = this.item(card.id);
    const title = item.querySelector("p.title"); // none while it is being edited
    if (title) setText(title, card.title);
    item.hidden = !card.title.toLowerCase().includes(filter);
    return item;
  }
}

function columnElement(key, name, on) {
  return el("section", { className: "column", "data-column": key, "data-testid": `column-${key}`, "aria-labelledby": `heading-${key}` },
    el("header", { className: "column-head" },
      el("h2", { id: `heading-${key}`, textContent: name }),
      el("span", { className: "count" }),
      el("button", { type: "button", className: "quiet square", "aria-label": `Add a card to ${name}`, onclick: () => on.add(key) }, icon("plus"))),
    el("ul", { className: "cards", role: "list" }));
}
