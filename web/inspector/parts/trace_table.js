// A filter and the traces that it lets through: live, stored ones, or a file's.

import { div, el, setText } from "../dom.js";
import { parse } from "../filter.js";
import { count, traces } from "../format.js";
import { Listing } from "../listing.js";
import { TraceLog } from "../trace_log.js";
import { Grid } from "./grid.js";
import { traceColumns, wholeColumns } from "./trace_columns.js";

const HINT = "words, name:checkout.*, priority:high, status:error, attr.cart.items=3, since:5m, until:10:30";
const SETTLED = 150; // ms after the last key

export class TraceTable {
  /** What the filter says now, as filter.js reads it. */
  filter = parse("");
  #log = new TraceLog();
  #on;
  #empty;
  #timer = 0; // until what is typed is read; 0 where it was

  /** `on`: {open(trace), filter(filter, isEntered)}. */
  constructor(label, on, { empty = "", isLog = false, isWhole = false, tools = [] } = {}) {
    [this.#on, this.#empty] = [on, empty];
    this.listing = new Listing(this.#log, () => this.show());
    this.input = el("input", {
      type: "search", className: "filter", ariaLabel: `Filter ${label.toLowerCase()}`, placeholder: HINT, spellcheck: false, autocomplete: "off",
      oninput: () => this.#typed(), onchange: () => this.#timer && this.#apply(false), onkeydown: (event) => this.#key(event),
    });
    this.errors = el("p", { className: "errors bad", role: "status" });
    this.shownCount = el("span", { className: "shown-count note" });
    const does = { open: (trace) => on.open(trace), sort: (key) => this.sort(key) };
    const [columns, className] = isWhole ? [wholeColumns, "traces whole"] : [traceColumns, "traces"];
    this.grid = new Grid(label, columns, does, { className, empty, isLog });
    this.element = div("table", div("toolbar", this.input, ...tools, this.shownCount), this.errors, this.grid.element);
    this.show();
  }

  /** Another log: another client, or another search. */
  use(log) {
    if (log === this.#log) return;
    this.#log = log;
    this.listing.set({ log });
  }

  /** Shows what has come since. */
  show() {
    const gone = this.listing.update();
    const { rows, sort, isBusy } = this.listing;
    const { length } = this.#log.traces;
    this.grid.show(rows, { sort, gone, empty: length ? "Nothing passes the filter." : this.#empty });
    const number = rows.length === length ? traces(length) : `${count(rows.length)} of ${count(length)}`;
    setText(this.shownCount, isBusy ? "looking …" : number);
  }

  /** As if this was typed and Enter pressed. */
  ask(text) {
    this.input.value = text;
    this.#apply(true);
  }

  /** Without a filter, and nobody is told. */
  clear() {
    this.input.value = "";
    this.#read();
  }

  /** By this key, then the other way round, then as they came. */
  sort(key) {
    const { key: before, direction } = this.listing.sort;
    const next = before !== key ? { key, direction: 1 } : direction > 0 ? { key, direction: -1 } : { key: null, direction: 1 };
    this.grid.goTo(next.key ? "start" : "end");
    this.listing.set({ sort: next });
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#apply(false), SETTLED);
  }

  #key(event) {
    if (event.key === "Enter") this.#apply(true);
    if (event.key === "ArrowDown") this.grid.element.focus();
    if (event.key === "Escape" && this.input.value) {
      this.ask("");
      event.stopPropagation();
    }
  }

  #apply(isEntered) {
    this.#read();
    this.#on.filter?.(this.filter, isEntered);
  }

  #read() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.filter = parse(this.input.value);
    setText(this.errors, this.filter.errors.join("; "));
    this.input.ariaInvalid = String(this.filter.errors.length > 0);
    this.listing.set({ filter: this.filter });
  }
}

