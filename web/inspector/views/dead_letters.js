// What the store would not take, why, and what to do about it.

import { button, div, el, mark, setText } from "../dom.js";
import { count, dateTime } from "../format.js";
import { Details } from "../parts/details.js";
import { refusal } from "../parts/refusal.js";
import { table } from "../parts/table.js";
import { shown } from "../shown.js";

const SHOWN = 500;

export class DeadLetters {
  title = "Dead letters";
  #store;
  #client = null;
  #letters = [];
  #chosen = new Set();
  #seen = -1; // how many there were when it was last asked

  constructor(store) {
    this.#store = store;
    this.all = el("input", { type: "checkbox", ariaLabel: "Choose all", onchange: () => this.#chooseAll() });
    this.replay = button("Replay", () => this.#do("replay", "put into the queue again"));
    this.purge = button("Purge …", () => this.confirm.showModal(), { className: "danger" });
    this.note = el("input", { ariaLabel: "What was found out", placeholder: "What was found out", className: "review" });
    this.review = button("Mark reviewed", () => this.#review());
    this.said = el("span", { className: "note", role: "status" });
    this.refused = refusal();
    this.rows = el("tbody");
    this.empty = el("p", { className: "note empty" }, "No dead letters: the store took all that it was given.");
    this.table = table("Dead letters", [this.all, "Given up", "Lane", "Name", "Reason", "Review"], ["Attempts"], this.rows);
    this.confirm = this.#dialog();
    this.details = new Details(store, () => this.rows.querySelector("button")?.focus());
    const refresh = button("Refresh", () => this.#load(), { className: "quiet" });
    const bar = div("toolbar", this.replay, this.purge, this.note, this.review, refresh, this.said);
    this.element = div("view split", div("page fixed", bar, this.refused, this.table, this.empty, this.confirm), this.details.element);
  }

  enter() { if (this.#client) this.#load(); }

  /** How many there are, as far as it is known. */
  badge() {
    const { client } = this.#store;
    const number = client === this.#client && this.#seen >= 0 ? this.#letters.length : client?.metrics?.dead;
    return number ? count(number) : "";
  }

  update() {
    const { client } = this.#store;
    if (client && client !== this.#client) this.#meet(client);
    const dead = client?.metrics?.dead ?? 0;
    if (client && dead !== this.#seen) this.#load();
    this.#allow();
  }

  /** Nothing of the former's is shown any more, or meant by a command. */
  #meet(client) {
    [this.#client, this.#seen, this.#letters] = [client, -1, []];
    this.#chosen.clear();
    this.confirm.close();
    this.details.leave();
    this.#render();
  }

  async #load() {
    const { client } = this.#store;
    this.#seen = client?.metrics?.dead ?? 0;
    try {
      const letters = await this.#store.ask("deadLetters");
      if (client !== this.#client) return;
      this.#letters = letters.reverse();
      const keys = new Set(this.#letters.map(({ key }) => key));
      this.#chosen = new Set([...this.#chosen].filter((key) => keys.has(key)));
      this.#render();
    } catch (error) {
      setText(this.said, shown(error.message));
    }
  }

  #render() {
    this.table.hidden = !this.#letters.length;
    this.empty.hidden = this.#letters.length > 0;
    const focused = this.element.getRootNode().activeElement?.dataset?.letter;
    this.rows.replaceChildren(...this.#letters.slice(0, SHOWN).map((letter) => this.#row(letter)));
    if (focused !== undefined) [...this.rows.querySelectorAll("[data-letter]")].find(({ dataset }) => dataset.letter === focused)?.focus();
    setText(this.said, this.#letters.length > SHOWN ? `the newest ${SHOWN} of ${count(this.#letters.length)}` : "");
    this.#allow();
  }

  #row(letter) {
    const { key, reason, error, attempts, at, priority, names, resolution } = letter;
    const label = `Choose ${shown(names?.[0] ?? key, 80)}`;
    const box = el("input", { type: "checkbox", checked: this.#chosen.has(key), ariaLabel: label, onchange: () => this.#choose(key, box.checked) });
    return el("tr", { "data-lane": priority },
      el("td", {}, box), el("td", { className: "nowrap" }, dateTime(at)), el("td", { className: "nowrap" }, mark(priority), priority),
      el("td", {}, button(shown(names?.join(", ") || key, 120), () => this.#open(letter), { className: "link", "data-letter": key })),
      el("td", {}, el("span", {}, shown(String(reason).replaceAll("_", " "), 80)), error && el("span", { className: "sub note" }, shown(error, 200))),
      el("td", { className: resolution ? "" : "note" }, shown(resolution ?? "not yet", 200)), el("td", { className: "number" }, String(attempts)));
  }

  #open({ key, names, priority, at }) {
    this.details.open({ id: key, name: names?.[0] ?? key, priority, timestamp: at, duration: 0, state: "dead" });
    this.details.focus();
  }

  #choose(key, isChosen) {
    if (isChosen) this.#chosen.add(key);
    else this.#chosen.delete(key);
    this.#allow();
  }

  #chooseAll() {
    this.#chosen = new Set(this.all.checked ? this.#letters.map(({ key }) => key) : []);
    this.#render();
  }

  #allow() {
    const mayNot = !this.#store.client?.about.commands;
    this.refused.hidden = !mayNot;
    for (const one of [this.replay, this.purge, this.review]) one.disabled = mayNot || !this.#chosen.size;
    this.note.disabled = mayNot;
    setText(this.replay, this.#chosen.size ? `Replay ${count(this.#chosen.size)}` : "Replay");
    setText(this.purge, this.#chosen.size ? `Purge ${count(this.#chosen.size)} …` : "Purge …");
    this.all.checked = this.#chosen.size > 0 && this.#chosen.size === this.#letters.length;
  }

  async #do(what, done) {
    const keys = [...this.#chosen];
    try {
      const number = await this.#store.ask(what, { keys }, { label: what });
      await this.#load();
      setText(this.said, `${count(number)} ${done}`);
    } catch (error) {
      setText(this.said, shown(error.message));
    }
  }

  async #review() {
    try {
      for (const key of this.#chosen) await this.#store.ask("review", { key, text: this.note.value || "reviewed" });
      this.note.value = "";
      await this.#load();
    } catch (error) {
      setText(this.said, shown(error.message));
    }
  }

  #dialog() {
    const dialog = el("dialog", { ariaLabel: "Purge" }, el("p", {}, "What is purged is gone for good."));
    const purge = () => { dialog.close(); this.#do("purge", "purged"); };
    dialog.append(div("toolbar", button("Keep them", () => dialog.close()), button("Purge them", purge, { className: "danger" })));
    return dialog;
  }
}
