// What is stored: batches as the rows that they are, and a search through all of it.

import { button, div, el, mark, setText } from "../dom.js";
import { bytes, clock, count, dateTime } from "../format.js";
import { Details } from "../parts/details.js";
import { Grid } from "../parts/grid.js";
import { TraceTable } from "../parts/trace_table.js";
import { shown } from "../shown.js";
import { TraceLog } from "../trace_log.js";

const PAGE = 100; // rows asked for at a time
const FOUND = 100_000; // traces of a search, at most

const COLUMNS = [
  { key: "key", title: "Row", className: "number", paint: (cell, { key }) => setText(cell, String(key)) },
  { key: "priority", title: "Priority", className: "priority", paint: paintPriority },
  { key: "count", title: "Traces", className: "number", paint: (cell, row) => setText(cell, count(row.count)) },
  { key: "bytes", title: "Size", className: "number widish", paint: (cell, row) => setText(cell, bytes(row.bytes)) },
  { key: "codec", title: "Codec", className: "wide", paint: (cell, { codec }) => setText(cell, shown(codec ?? "", 20)) },
  { key: "tMin", title: "From", className: "number", paint: (cell, { tMin }) => setText(cell, dateTime(tMin)) },
  { key: "tMax", title: "To", className: "number wide", paint: (cell, { tMax }) => setText(cell, clock(tMax)) },
  { key: "session", title: "Session", className: "text code wide", paint: (cell, { session }) => setText(cell, shown(session ?? "", 60)) },
];

function paintPriority(cell, { priority, mixed }, line) {
  const text = shown(mixed ? `${priority} …` : priority, 20);
  if (cell.textContent === text) return;
  line.dataset.lane = priority;
  cell.replaceChildren(mark(priority), text);
}

export class Stored {
  title = "Stored";
  #store;
  #rows = [];
  #hasMore = true;
  #client = null;
  #search = null; // AbortController of the one under way
  #loads = 0; // of rows: an answer that was overtaken is dropped

  constructor(store) {
    this.#store = store;
    this.refresh = button("Refresh", () => this.#load(true));
    this.older = button("Older rows", () => this.#load(false));
    this.said = el("span", { className: "note", role: "status" });
    this.grid = new Grid("Stored rows", COLUMNS, { open: (row) => this.#open(row), sort() {} }, { className: "rows", empty: "Nothing is stored." });
    this.go = button("Search", () => this.#query(), { className: "primary" });
    this.table = new TraceTable("Found traces", { open: (trace) => this.#show(trace), filter: (_, isEntered) => isEntered && this.#query() },
      { isWhole: true, tools: [this.go], empty: "Choose a row to see its traces, or search through all that is queued and stored." });
    this.details = new Details(store, () => this.table.grid.element.focus());
    const bar = div("toolbar", el("h3", {}, "Rows, the newest first"), this.refresh, this.older, this.said);
    const rows = el("section", { className: "part", ariaLabel: "Rows" }, bar, this.grid.element);
    const traces = el("section", { className: "part", ariaLabel: "Traces" }, this.table.element);
    this.element = div("view split", div("stack", rows, traces), this.details.element);
  }

  /** `query` is a filter that is to be searched by. */
  enter(query) {
    this.update();
    if (query !== undefined) this.table.ask(query);
  }

  update() {
    const { client } = this.#store;
    if (!client || client === this.#client) return;
    this.#client = client;
    this.#search?.abort();
    this.#fresh();
    this.table.show();
    this.details.leave();
    this.#load(true);
  }

  get selection() { return { filter: this.table.filter, trace: this.details.trace }; }

  async #load(isAnew) {
    const before = isAnew ? null : this.#rows.at(-1)?.key;
    const load = ++this.#loads;
    try {
      const rows = await this.#store.ask("rows", { limit: PAGE, before });
      if (load !== this.#loads) return;
      this.#rows = isAnew ? rows : [...this.#rows, ...rows];
      this.#hasMore = rows.length === PAGE;
      setText(this.said, `${count(this.#rows.length)} rows${this.#hasMore ? ", and older ones" : ", all there are"}`);
    } catch (error) {
      if (load !== this.#loads) return;
      setText(this.said, shown(error.message));
    }
    this.older.disabled = !this.#hasMore;
    this.grid.show(this.#rows);
  }

  async #open(row) {
    this.grid.select(row);
    this.#search?.abort();
    const log = this.#fresh();
    this.table.clear();
    try {
      const traces = await this.#store.ask("row", { key: row.key });
      setText(this.said, traces ? "" : "The row is gone: it was compacted, or deleted.");
      log.add(traces ?? []);
    } catch (error) {
      setText(this.said, `Row ${row.key} can't be read: ${shown(error.message)}`);
    }
    this.table.show();
  }

  async #query() {
    this.#search?.abort();
    const { signal } = (this.#search = new AbortController());
    const log = this.#fresh();
    setText(this.table.errors, this.table.filter.errors.join("; "));
    const { test, conditions } = this.table.filter;
    const onProgress = ({ items = [] }) => {
      log.add(items.filter(test));
      this.table.show();
      if (log.seen < FOUND) return;
      this.#search.abort();
      setText(this.table.errors, `There are more: these are the latest ${count(log.seen)}.`);
    };
    try {
      await this.#store.ask("query", { conditions: { ...conditions, order: "desc" }, pageSize: 500 }, { label: "Search", onProgress, signal });
      setText(this.said, log.seen ? "" : "Nothing was found.");
    } catch (error) {
      if (error.name !== "AbortError") setText(this.table.errors, shown(error.message));
    }
    this.table.show();
  }

  #fresh() {
    const log = new TraceLog();
    this.table.use(log);
    return log;
  }

  #show(trace) {
    const isByKey = this.table.grid.element.matches(":focus-visible");
    this.table.grid.select(trace);
    this.details.open(trace);
    if (isByKey) this.details.focus();
  }
}
