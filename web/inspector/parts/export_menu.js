// Has the page write a file: all that it has, what the filter lets through, or the trace that is looked at.

import { button, el, setText } from "../dom.js";
import { bytes } from "../format.js";
import { shown } from "../shown.js";

/** The names that all of pyqueue knows the formats by; pyqueue/formats/registry.py. */
const FORMATS = {
  ndjson: "NDJSON, a trace a line", json: "JSON", text: "Text, to be read", csv: "CSV, for spreadsheets",
  chrome: "Chrome trace, for Perfetto", otlp: "OTLP/JSON lines",
};

export class ExportMenu {
  #store;
  #selection;
  #offered = {}; // what the view selected when the choices were made

  /** `selection()` gives {filter, trace} of the view that is shown. */
  constructor(store, selection) {
    [this.#store, this.#selection] = [store, selection];
    this.format = el("select", { id: "export-format" }, ...Object.entries(FORMATS).map(([name, label]) => el("option", { value: name }, label)));
    this.scope = el("select", { id: "export-scope" });
    this.said = el("p", { className: "note", role: "status" });
    this.start = button("Export", () => this.#export(), { className: "primary" });
    this.panel = el("div", { hidden: true, id: "export-panel", role: "group", ariaLabel: "Export" },
      el("label", { htmlFor: "export-format" }, "Format"), this.format,
      el("label", { htmlFor: "export-scope" }, "Traces"), this.scope, this.start, this.said);
    this.opener = button("Export", () => this.#toggle(this.panel.hidden), { ariaExpanded: "false", "aria-controls": "export-panel" });
    this.element = el("div", { className: "menu" }, this.opener, this.panel);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      event.stopPropagation();
      this.#toggle(false);
      this.opener.focus();
    });
  }

  #toggle(isOpen) {
    this.panel.hidden = !isOpen;
    this.opener.ariaExpanded = String(isOpen);
    if (!isOpen) return;
    this.#offer();
    setText(this.said, "");
    this.format.focus();
  }

  /** The choices follow the view. One that is not to be had any more must be made anew: "all" would be more than was meant. */
  update() {
    if (this.panel.hidden || !this.#isOtherwise()) return;
    const chosen = this.scope.value;
    this.#offer();
    this.scope.value = [...this.scope.options].some(({ value, disabled }) => value === chosen && !disabled) ? chosen : "";
  }

  #isOtherwise() {
    const { filter, trace } = this.#selection() ?? {};
    return filter !== this.#offered.filter || trace?.id !== this.#offered.trace?.id;
  }

  #offer() {
    const { filter, trace } = (this.#offered = this.#selection() ?? {});
    this.scope.replaceChildren(el("option", { value: "all" }, "all that is queued and stored"),
      ...(filter && !filter.isEmpty ? [this.#byFilter(filter)] : []),
      ...(trace ? [el("option", { value: "trace" }, `only ${shown(trace.name, 40)}`)] : []));
  }

  /** Only where the store can be asked for just that: a file with more in it than was meant may go where it must not. */
  #byFilter({ isExact }) {
    if (isExact) return el("option", { value: "filter", selected: true }, "what the filter lets through");
    return el("option", { value: "none", disabled: true }, "what the filter lets through: not with -, *, duration:, or two of a kind");
  }

  async #export() {
    this.update();
    if (!this.scope.value) return setText(this.said, "Choose the traces anew: the filter, or the trace, is another one now.");
    const { filter, trace } = this.#offered;
    const what = { all: {}, filter: { conditions: filter?.conditions }, trace: { ids: [trace?.id] } }[this.scope.value];
    this.start.disabled = true;
    setText(this.said, "The page writes the file …");
    try {
      const { name, bytes: size } = await this.#store.ask("export", { format: this.format.value, ...what }, { label: "Export" });
      setText(this.said, `${shown(name, 80)}, ${bytes(size)}, is among the page's downloads.`);
    } catch (error) {
      setText(this.said, error.name === "AbortError" ? "It was cancelled." : shown(error.message));
    } finally {
      this.start.disabled = false;
    }
  }
}
