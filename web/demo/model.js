// The board as data: an ordered list of frozen cards, and the lists it has been before. Knows no page and no tracing.

export const COLUMNS = { todo: "To do", doing: "Doing", done: "Done" };
const KEPT_STEPS = 100;

const STARTING_CARDS = [
  ["todo", "docs", "Write the changelog for 2.4"],
  ["todo", "ops", "Rotate the signing key before Friday"],
  ["todo", "design", "New screenshots for the download page"],
  ["todo", "test", "Try the update on last year's laptops"],
  ["doing", "bug", "Sidebar flickers when it opens on a slow phone"],
  ["doing", "test", "Load test the search with a million notes"],
  ["doing", "docs", "Upgrade guide for plugin authors"],
  ["done", "api", "Freeze the plugin API"],
  ["done", "docs", "Update the licence texts"],
  ["done", "bug", "Notes vanish when the disk is full"],
].map(([column, label, title], index) => ({ id: `card-${index + 1}`, column, label, title }));

export class Board {
  #cards;
  #past = [];

  constructor(cards = STARTING_CARDS) {
    this.#cards = Object.freeze(cards.map((card) => Object.freeze({ ...card })));
  }

  get cards() { return this.#cards; }
  get canUndo() { return this.#past.length > 0; }
  find(id) { return this.#cards.find((card) => card.id === id); }
  inColumn(column) { return this.#cards.filter((card) => card.column === column); }

  add(column, title) {
    const card = { id: `card-${crypto.randomUUID().slice(0, 8)}`, column, label: "new", title };
    this.#become([...this.#cards, card], "add");
    return card;
  }

  edit(id, title) {
    this.#become(this.#cards.map((card) => (card.id === id ? { ...card, title } : card)), "edit");
  }

  /** Puts a card before another one of the column, or at its end; false if it is there already. */
  move(id, column, beforeId = null) {
    const rest = this.#cards.filter((card) => card.id !== id);
    const found = rest.findIndex((card) => card.id === beforeId);
    const at = found < 0 ? rest.length : found;
    const next = [...rest.slice(0, at), { ...this.find(id), column }, ...rest.slice(at)];
    if (sameOrder(this.#cards, next)) return false;
    this.#become(next, "move");
    return true;
  }

  remove(id) {
    this.#become(this.#cards.filter((card) => card.id !== id), "delete");
  }

  /** Steps back once and tells what was undone. */
  undo() {
    const { cards, step } = this.#past.pop();
    this.#cards = cards;
    return step;
  }

  #become(cards, step) {
    this.#past.push({ cards: this.#cards, step });
    if (this.#past.length > KEPT_STEPS) this.#past.shift();
    this.#cards = Object.freeze(cards.map(Object.freeze));
  }
}

// Order matters within a column only, so the columns are compared, not the one list that holds them all.
function sameOrder(before, after) {
  const order = (cards) => Object.keys(COLUMNS)
    .map((column) => cards.filter((card) => card.column === column).map((card) => card.id).join())
    .join("|");
  return order(before) === order(after);
}
