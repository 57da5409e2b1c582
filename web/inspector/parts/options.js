// A form of options, each with its value, meaning and limits, as the page tells them. Only what was changed is sent.

import { button, el, setText } from "../dom.js";
import { bytes, milliseconds } from "../format.js";
import { shown } from "../shown.js";

const TIMES = /^(.*(Timeout|Delay|Cooldown|Age|Interval|After|Wait|Live)|maxAge)$/;
const SIZES = /Bytes$/;

export class Options {
  #fields = new Map(); // name → {input, about, error}
  #buttons;

  /** `actions`: [label, async (changes) => words]. */
  constructor(title, actions) {
    this.list = el("div", { className: "options" });
    this.said = el("p", { className: "said note", role: "status" });
    this.#buttons = actions.map(([label, act]) => button(label, () => this.#act(act), { className: label === "Apply" ? "primary" : "" }));
    this.none = el("p", { className: "note" }, "Not to be had: Python does not run here.");
    this.form = el("form", { onsubmit: (event) => event.preventDefault() }, this.list, el("div", { className: "toolbar" }, ...this.#buttons, this.said));
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
    const read = el("span", { className: "note read" }, inUnits(name, value));
    const error = el("span", { className: "bad", id: ids.error, role: "alert" });
    const input = el("input", {
      id: `option-${name}`, name, value: isNumber ? String(value) : (value ?? []).join(", "), inputMode: isNumber ? "decimal" : "text", className: isNumber ? "number" : "", autocomplete: "off", spellcheck: false,
      "aria-describedby": `${ids.hint} ${ids.error}`, oninput: () => { setText(read, inUnits(name, this.#read(name))); this.#complain(name, ""); },
    });
    this.#fields.set(name, { input, about, error });
    return el("div", { className: "option" }, el("label", { htmlFor: input.id, className: "code" }, shown(name, 60)), input, read,
      el("span", { className: "note hint-text", id: ids.hint }, shown([meaning, span].filter(Boolean).join("; "), 200)), error);
  }

  #read(name) {
    const { input, about } = this.#fields.get(name);
    if (typeof about.value === "number") return input.value.trim() === "" ? NaN : Number(input.value);
    return input.value.split(",").map((one) => one.trim()).filter(Boolean);
  }

  #changes() {
    const changed = [...this.#fields].map(([name, { about }]) => [name, this.#read(name), about.value]);
    return Object.fromEntries(changed.filter(([, now, before]) => JSON.stringify(now) !== JSON.stringify(before)).map(([name, now]) => [name, now]));
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

const inUnits = (name, value) => (typeof value !== "number" || Number.isNaN(value) ? "" : SIZES.test(name) ? bytes(value) : TIMES.test(name) ? milliseconds(value) : "");
