// A list of any length: only the rows that are seen exist. The grid pattern of the ARIA practices, with one stop for
// the Tab key: arrows, Page Up and Down, Home and End go through the rows, Enter opens one.

import { el } from "../dom.js";

const ROW = 24; // px; grid.css has it too
const AHEAD = 6; // rows beyond either edge
const MOST = 8_000_000; // px that all browsers can scroll: 300,000 rows

let grids = 0;

export class Grid {
  /** Whether it goes along with its end, as a log does; to look at a row, or to scroll away, stops that. */
  follows = false;
  #isLog = false;
  #rows = [];
  #columns;
  #pool = [];
  #current = null; // the row that arrows start from
  #id = `grid-${++grids}`;
  #on;

  /** `columns`: {key, title, className, sorts, paint(cell, row)}. `on`: {open(row), move(row), sort(key)}. */
  constructor(label, columns, on, { className = "", empty = "", isLog = false } = {}) {
    this.#isLog = this.follows = isLog;
    this.#columns = columns;
    this.#on = on;
    this.heads = columns.map((column) => this.#head(column));
    this.window = el("div", { role: "presentation", className: "window" });
    this.body = el("div", { role: "rowgroup", className: "body" }, this.window);
    this.note = el("p", { className: "note empty", hidden: true }, empty);
    const about = { ariaLabel: label, ariaColCount: String(columns.length) };
    this.element = el("div", { role: "grid", className: `grid ${className}`, tabIndex: 0, ...about },
      el("div", { role: "rowgroup", className: "head" }, el("div", { role: "row", ariaRowIndex: "1" }, ...this.heads)),
      this.body, this.note);
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.paint()).observe(this.element);
  }

  get current() { return this.#current; }

  /** Shows these rows; `gone` of them went from the front since. */
  show(rows, { sort = null, gone = 0, empty = null } = {}) {
    this.#rows = rows;
    this.element.ariaRowCount = String(rows.length + 1);
    const height = `${Math.min(rows.length * ROW, MOST)}px`;
    if (this.body.style.height !== height) this.body.style.height = height;
    this.note.hidden = rows.length > 0;
    if (empty !== null) this.note.textContent = empty;
    if (sort) this.#showSort(sort);
    if (this.follows) this.element.scrollTop = this.element.scrollHeight;
    else if (gone) this.element.scrollTop -= gone * ROW;
    this.paint();
  }

  /** Makes a row the current one, and brings it into view. */
  select(row) {
    this.#current = row;
    this.follows = false;
    const index = this.#rows.indexOf(row);
    if (index >= 0) this.#reveal(index);
    this.paint();
  }

  /** To the "start", or to the "end", and along with it where this is a log. */
  goTo(edge) {
    this.follows = this.#isLog && edge === "end";
    this.element.scrollTop = this.follows ? this.element.scrollHeight : 0;
  }

  paint() {
    const { scrollTop, clientHeight } = this.element;
    if (!clientHeight) return;
    const top = this.#rows.length * ROW > MOST ? (scrollTop / MOST) * this.#rows.length * ROW : scrollTop;
    const first = Math.max(0, Math.min(Math.floor(top / ROW) - AHEAD, this.#rows.length - 1));
    const shown = Math.max(0, Math.min(Math.ceil(clientHeight / ROW) + 2 * AHEAD, this.#rows.length - first));
    while (this.#pool.length < shown) this.#pool.push(this.#make());
    this.window.style.transform = `translateY(${scrollTop - top + first * ROW}px)`;
    let active = null;
    for (const [place, line] of this.#pool.entries()) {
      line.element.hidden = place >= shown;
      if (place >= shown) continue;
      const row = this.#rows[first + place];
      if (row === this.#current) active = line.element.id;
      this.#fill(line, row, first + place);
    }
    if (active) this.element.setAttribute("aria-activedescendant", active);
    else this.element.removeAttribute("aria-activedescendant");
  }

  #head({ key, title, className = "", sorts, hint }) {
    const head = el("div", { role: "columnheader", className: `cell ${className}`, "data-key": key });
    if (!sorts) head.append(el("span", { className: title.startsWith("*") ? "unseen" : "", title: hint ?? "" }, title.replace("*", "")));
    else head.append(el("button", { type: "button", onclick: () => this.#on.sort(key), title: `Sort by ${title.toLowerCase()}` }, title));
    return head;
  }

  #showSort({ key, direction }) {
    for (const head of this.heads) {
      if (head.dataset.key === key) head.ariaSort = direction > 0 ? "ascending" : "descending";
      else head.removeAttribute("aria-sort");
    }
  }

  #make() {
    const cells = this.#columns.map(({ className = "" }) => el("div", { role: "gridcell", className: `cell ${className}` }));
    const element = el("div", { role: "row", className: "row", id: `${this.#id}-${this.#pool.length}` }, ...cells);
    this.window.append(element);
    return { element, cells, row: null };
  }

  #fill(line, row, index) {
    line.row = row;
    const { element } = line;
    element.ariaRowIndex = String(index + 2);
    element.ariaSelected = String(row === this.#current);
    for (const [n, column] of this.#columns.entries()) column.paint(line.cells[n], row, element);
  }

  #click(event) {
    const line = this.#pool.find(({ element }) => element.contains(event.target));
    if (!line?.row || event.target.closest("button, input, a")) return;
    this.#current = line.row;
    this.paint();
    this.#on.open(line.row);
  }

  #key(event) {
    if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#rows.indexOf(this.#current);
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 2);
    const last = this.#rows.length - 1;
    const up = at < 0 ? last : at - 1;
    const to = { ArrowDown: at + 1, ArrowUp: up, PageDown: at + page, PageUp: at - page, Home: 0, End: last }[event.key];
    if (event.key === "Enter" && this.#current) this.#on.open(this.#current);
    else if (to === undefined || last < 0) return;
    else this.#go(Math.max(0, Math.min(to, last)));
    event.preventDefault();
  }

  #go(index) {
    this.#current = this.#rows[index];
    this.follows = false;
    this.#reveal(index);
    this.paint();
    this.#on.move?.(this.#current);
  }

  #reveal(index) {
    const { scrollTop, clientHeight } = this.element;
    const scale = Math.min(1, MOST / (this.#rows.length * ROW));
    const [top, view] = [index * ROW * scale, clientHeight - ROW]; // less the head, which stays
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW > scrollTop + view) this.element.scrollTop = top + ROW - view;
  }

  #isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.element;
    return scrollTop + clientHeight >= scrollHeight - ROW;
  }

  #scrolled() {
    this.follows = this.#isLog && this.#isAtEnd();
    this.paint();
  }
}
