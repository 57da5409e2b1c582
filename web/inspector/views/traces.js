// The traces as they are made: a list that follows its end, with a pane for the one that is looked at.

import { button, div, el } from "../dom.js";
import { Details } from "../parts/details.js";
import { TraceTable } from "../parts/trace_table.js";

const EMPTY = "No trace yet.\nWhat the page traces from now on is listed here.";
const EMPTY_FILE = "There are no traces in it.";
const STANDS = "The list stands still; traces are gathered all the same";

export class Traces {
  title = "Traces";
  #store;
  #client = null;
  #isPaused = false;
  #go;

  constructor(store, go) {
    [this.#store, this.#go] = [store, go];
    this.pause = button("Pause", () => this.#pause(!this.#isPaused), { ariaPressed: "false", title: STANDS });
    this.toEnd = button("Latest", () => this.table.grid.goTo("end"), { className: "quiet", title: "To the end of the list, and along with it" });
    const does = { open: (trace) => this.#open(trace), filter: (filter, isEntered) => this.#filtered(filter, isEntered) };
    this.table = new TraceTable("Traces", does, {
      isLog: true, isWhole: store.isFile, tools: store.isFile ? [] : [this.pause, this.toEnd], empty: store.isFile ? EMPTY_FILE : EMPTY,
    });
    this.hint = el("p", { className: "hint", hidden: true }, el("span", {}, "The live list knows neither attributes nor errors: "),
      button("Search stored traces", () => go("stored", this.table.input.value)));
    this.table.errors.after(this.hint);
    this.details = new Details(store, () => this.table.grid.element.focus());
    this.element = div("view split", this.table.element, this.details.element);
  }

  update() {
    const { client } = this.#store;
    if (!client) return;
    const isForgotten = client.about.metrics?.consent === false;
    if (client !== this.#client || isForgotten) this.details.leave();
    this.#client = client;
    this.table.use(client.log);
    this.details.follow(client.log);
    if (!this.#isPaused || isForgotten) this.table.show();
  }

  /** What an export may be confined to. */
  get selection() { return { filter: this.table.filter, trace: this.details.trace }; }

  #open(trace) {
    const isByKey = this.table.grid.element.matches(":focus-visible");
    this.table.grid.select(trace);
    this.details.open(trace);
    if (isByKey) this.details.focus();
  }

  #pause(isPaused) {
    this.#isPaused = isPaused;
    this.pause.ariaPressed = String(isPaused);
    this.pause.textContent = isPaused ? "Paused" : "Pause";
    if (!isPaused) this.table.show();
  }

  #filtered({ wantsAttributes }, isEntered) {
    this.hint.hidden = !wantsAttributes || this.#store.isFile;
    if (!this.hint.hidden && isEntered) this.#go("stored", this.table.input.value);
  }
}
