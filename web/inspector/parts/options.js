// A form of options, each with its value, meaning and limits, as the page tells them. Only what was changed is sent.

import { button, div, el, note, setText } from "../dom.js";
import { bytes, milliseconds } from "../format.js";
import { shown } from "../shown.js";

const TIMES = /^(.*(Timeout|Delay|Cooldown|Age|Interval|After|Wait|Live)|maxAge)$/;
const SIZES = /Bytes$/;

export class Options {
  #fields = new Map(); // name → {input, about, error}
  #buttons;

  /** `actions`: [label, async (changes) => words]. */
  constructor(title, actions) {
    this.list = div("options");
    this.said = el("p", { className: "said note", role: "status" });
    this.#buttons = actions.map(([label, act]) => button(label, () => this.#act(act)));
    this.none = el("p", { className: "note" }, "Not to be had: Python does not run here.");
    this.form = el("form", { onsubmit: (event) => event.preventDefault() }, this.list, div("toolbar", ...this.#buttons, this.said));
    this.element = el("section", {}, el("h3", {}, title), this.none, this.form);
  }

  show(options) {
    this.none.hidden = !!options;
    this.form.hidden = !options;
    this.#fields.clear();
    this.list.replaceChildren(...Object.entries(options ?? {}).filter(([name]) => name !== "queue").map(([name, about]) => this.#field(name, about)));
  }

  allow(may) {
    for (const one of this.#buttons) one.disabled = !may;
    for (const { input } of this.#fields.values()) input.readOnly = !may;
  }

  #field(name, about) {
    const { value, meaning, least, most } = about;
    const isNumber = typeof value === "number";
    const span = isNumber && least != null ? (most == null ? `at least ${least}` : `${least} to ${most}`) : "";
    const ids = { hint: `hint-${name}`, error: `error-${name}` };
    const read = note(inUnits(name, value));
    const error = el("span", { className: "bad", id: ids.error, role: "alert" });
    const input = el("input", {
      id: `option-${name}`, name, autocomplete: "off", spellcheck: false, "aria-describedby": `${ids.hint} ${ids.error}`,
      ...(isNumber ? { value: String(value), inputMode: "decimal", className: "number" } : { value: (value ?? []).join(", ") }),
      oninput: () => { setText(read, inUnits(name, this.#read(name))); this.#complain(name, ""); },
    });
    this.#fields.set(name, { input, about, error });
    const label = el("label", { htmlFor: input.id, className: "code" }, shown(name, 60));
    const hint = note(shown([meaning, span].filter(Boolean).join("; "), 200), { className: "note hint-text", id: ids.hint });
    return div("option", label, input, read, hint, error);
  }

  #read(name) {
    const { input, about } = this.#fields.get(name);
    if (typeof about.value === "number") return input.value.trim() === "" ? NaN : Number(input.value);
    return input.value.split(",").map((one) => one.trim()).filter(Boolean);
  }

  #changes() {
    const now = [...this.#fields.keys()].map((name) => [name, this.#read(name)]);
    const wasOtherwise = ([name, value]) => JSON.stringify(value) !== JSON.stringify(this.#fields.get(name).about.value);
    return Object.fromEntries(now.filter(wasOtherwise));
  }

  async #act(act) {
    setText(this.said, "…");
    for (const name of this.#fields.keys()) this.#complain(name, "");
    const wrong = Object.entries(this.#changes()).find(([, value]) => Number.isNaN(value));
    if (wrong) return this.#fail(`${wrong[0]} must be a number, not "${this.#fields.get(wrong[0]).input.value}"`);
    try {
      setText(this.said, await act(this.#changes()));
    } catch (error) {
      this.#fail(error.message);
    }
  }

  /** The page's message names the field: it is shown beside it. */
  #fail(message) {
    const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const names = [...this.#fields.keys()].sort((a, b) => b.length - a.length);
    const name = names.find((one) => message.includes(one) || message.includes(snake(one)));
    setText(this.said, name ? "It was not taken." : shown(message, 600));
    if (!name) return;
    this.#complain(name, shown(message, 600));
    this.#fields.get(name).input.focus();
  }

  #complain(name, message) {
    const { input, error } = this.#fields.get(name);
    setText(error, message);
    input.ariaInvalid = String(!!message);
  }
}

function inUnits(name, value) {
  if (!Number.isFinite(value)) return "";
  return SIZES.test(name) ? bytes(value) : TIMES.test(name) ? milliseconds(value) : "";
}
