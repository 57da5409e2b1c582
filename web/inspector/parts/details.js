// All of one trace, in a pane beside the list: what it tells, its place among the spans of its trace, and how it
// differs from another one.

import { button, div, el, mark, note } from "../dom.js";
import { PRIORITIES } from "../format.js";
import { shown } from "../shown.js";
import { compare } from "./compare.js";
import { FORMATS, toClipboard } from "./copy.js";
import { attributes, error, fields } from "./facts.js";
import { waterfall } from "./waterfall.js";

const MODES = { details: "Details", waterfall: "Waterfall", compare: "Compare" };
const GONE = "It is not to be had any more: what is here is all that is left of it.";
const FAMILY = 1_000; // spans of a trace, at most

export class Details {
  #store;
  #onClose;
  #trace = null; // the summary at first, then the whole
  #pinned = null;
  #mode = "details";
  #ending = null; // of the question that is under way
  #turn = 0; // counts what was drawn: an answer that comes late is for another turn

  constructor(store, onClose) {
    [this.#store, this.#onClose] = [store, onClose];
    this.title = el("h3", { className: "pane-title", tabIndex: -1 });
    this.said = el("span", { className: "note", role: "status" });
    this.modes = Object.fromEntries(Object.entries(MODES).map(([mode, label]) =>
      [mode, button(label, () => this.#become(mode), { ariaPressed: "false" })]));
    this.pin = button("Pin", () => this.#pinIt(), { title: "Keep this one to compare another with it" });
    const copies = Object.keys(FORMATS).map((format) => button(format, () => this.#copy(format), { className: "quiet" }));
    this.state = div("state");
    this.content = div("pane-content");
    const close = button("Close", () => this.close(), { className: "quiet", title: "Close (Escape)", ariaLabel: "Close trace" });
    const modes = el("div", { role: "group", className: "group", ariaLabel: "Shown as" }, ...Object.values(this.modes));
    this.element = el("aside", { className: "pane", hidden: true, ariaLabel: "Trace" },
      el("header", {}, this.title, close),
      div("toolbar", modes, this.pin),
      div("toolbar copies", note("Copy as"), ...copies, this.said),
      this.content);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get trace() { return this.element.hidden ? null : this.#trace; }

  /** Shows what is known at once, and the rest when it is here. */
  async open(summary) {
    this.#trace = summary;
    this.element.hidden = false;
    this.#render();
    if (summary.attributes) return;
    try {
      const whole = await this.#ask("trace", { id: summary.id });
      if (this.#trace !== summary) return;
      if (whole) this.#trace = { ...whole, size: summary.size, state: summary.state };
      this.said.textContent = whole ? "" : GONE;
      if (whole) this.#render();
    } catch (error) {
      if (this.#trace === summary) this.said.textContent = shown(error.message);
    }
  }

  focus() { this.title.focus(); }

  close() {
    if (this.element.hidden) return;
    this.#ending?.abort();
    this.element.hidden = true;
    this.#onClose();
  }

  /** Another client is looked at: what is here is not its. */
  leave() {
    this.#ending?.abort();
    this.#pinned = null;
    this.element.hidden = true;
  }

  /** What became of it since, as the log tells. */
  follow(log) {
    const trace = this.trace;
    const { state, priority } = (trace && log.find(trace.id)) ?? {};
    if (!trace?.attributes || !state || (trace.state === state && trace.priority === priority)) return;
    this.#trace = { ...trace, state, priority };
    this.#showState();
  }

  #become(mode) {
    this.#mode = mode;
    this.#render();
  }

  #pinIt() {
    this.#pinned = this.#pinned?.id === this.#trace.id ? null : this.#trace;
    this.#render();
  }

  #render() {
    const trace = this.#trace;
    this.#turn += 1;
    this.said.textContent = "";
    const isPinned = this.#pinned?.id === trace.id;
    this.pin.ariaPressed = String(isPinned);
    this.pin.textContent = isPinned ? "Pinned" : "Pin";
    this.modes.waterfall.disabled = !trace.traceId;
    this.modes.compare.disabled = !this.#pinned || isPinned;
    const mode = this.modes[this.#mode].disabled ? "details" : this.#mode;
    for (const [name, one] of Object.entries(this.modes)) one.ariaPressed = String(name === mode);
    if (mode === "waterfall") this.#showWaterfall(trace);
    else if (mode === "compare") this.content.replaceChildren(compare(this.#pinned, trace));
    else this.content.replaceChildren(...[this.state, error(trace), attributes(trace)].filter(Boolean));
    this.#showState();
  }

  /** What changes while one looks at it; the rest stays open where it was opened. */
  #showState() {
    const trace = this.#trace;
    this.title.replaceChildren(el("span", { "data-lane": trace.priority }, mark(trace.priority)), shown(trace.name, 200));
    this.state.replaceChildren(...[fields(trace), this.#controls(trace)].filter(Boolean));
  }

  /** What can be done to a trace that still waits, where the page allows it. */
  #controls({ id, priority, state }) {
    if (state !== "queued" || !this.#store.client?.about.commands) return null;
    const choices = PRIORITIES.map((one) => el("option", { selected: one === priority }, one));
    const choice = el("select", { ariaLabel: "Priority" }, ...choices);
    return div("toolbar", note("It still waits:"), choice,
      button("Change priority", () => this.#move(choice.value)),
      button("Take it out", () => this.#command("cancel", { id }), { className: "danger" }));
  }

  async #move(priority) {
    const trace = this.#trace;
    if (!(await this.#command("reprioritize", { id: trace.id, priority })) || this.#trace?.id !== trace.id) return;
    this.#trace = { ...this.#trace, priority };
    this.#render();
    this.said.textContent = "Done.";
  }

  async #command(what, args) {
    try {
      const isDone = await this.#store.ask(what, args);
      this.said.textContent = isDone ? "Done." : "It does not wait any more.";
      return isDone;
    } catch (error) {
      this.said.textContent = shown(error.message);
    }
  }

  async #showWaterfall(trace) {
    const turn = this.#turn;
    const family = new Map();
    const root = this.element.getRootNode();
    const isInside = this.content.contains(root.activeElement);
    if (isInside) this.focus(); // until the span that was chosen is there again
    this.content.replaceChildren(el("p", { className: "note" }, "Looking for the other spans …"));
    const show = (element) => {
      if (turn !== this.#turn) return;
      this.content.replaceChildren(element);
      if (isInside && root.activeElement === this.title) element.querySelector("[aria-current=true]")?.focus();
    };
    try {
      const onProgress = ({ items = [] }) => items.forEach((one) => family.set(one.id, one));
      await this.#ask("query", { conditions: { traceId: trace.traceId, limit: FAMILY } }, { onProgress, label: "Spans" });
      const isAll = family.size < FAMILY;
      if (!family.has(trace.id)) family.set(trace.id, trace);
      show(waterfall([...family.values()], trace, (one) => this.open(one), isAll));
    } catch (error) {
      if (error.name !== "AbortError") show(el("p", { className: "bad" }, shown(error.message)));
    }
  }

  /** One question at a time: the next trace ends the former's. */
  #ask(what, args, options) {
    this.#ending?.abort();
    this.#ending = new AbortController();
    return this.#store.ask(what, args, { ...options, signal: this.#ending.signal });
  }

  async #copy(format) {
    try {
      const isDone = await toClipboard(await FORMATS[format](this.#trace), this.element);
      this.said.textContent = isDone ? `Copied as ${format}.` : "The browser did not let it be copied.";
    } catch (error) { // it may be too deep
      this.said.textContent = shown(error.message);
    }
  }
}
