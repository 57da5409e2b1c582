// How the queue is set, and what may be changed while it runs.

import { button, div, el, setText } from "../dom.js";
import { bytes, count, milliseconds, traces } from "../format.js";
import { Options } from "../parts/options.js";
import { refusal } from "../parts/refusal.js";
import { shown } from "../shown.js";

const PAUSED = "Nothing is written until it is resumed; traces are taken as ever.";
const QUEUES = { priority: "Priority", fifo: "FIFO", batch: "Batch" };

export class Settings {
  title = "Settings";
  #store;
  #client = null;
  #lacks = false; // the options, which only Python can tell

  constructor(store) {
    this.#store = store;
    this.refused = refusal();
    this.queues = Object.fromEntries(Object.entries(QUEUES).map(([kind, label]) => {
      const choose = () => this.#command("setQueue", { queue: kind }, `The queue is ${kind} now.`);
      return [kind, button(label, choose, { ariaPressed: "false" })];
    }));
    this.controls = [
      button("Flush", () => this.#command("flush", {}, "All that was accepted is stored.")),
      button("Pause writing", () => this.#command("pause", {}, PAUSED)),
      button("Resume", () => this.#command("resume", {}, "Writing goes on.")),
    ];
    this.said = el("p", { className: "said note", role: "status" });
    this.about = el("p", { className: "note" });
    this.config = new Options("Configuration", [["Apply", (changes) => this.#configure(changes)]]);
    this.retention = new Options("Retention", [
      ["Dry run", (changes) => this.#retain(changes, true)],
      ["Apply, and delete what is over", (changes) => this.#retain(changes, false)],
    ]);
    const kinds = el("div", { role: "group", className: "group", ariaLabel: "Kind of queue" }, ...Object.values(this.queues));
    const queue = el("section", {}, el("h3", {}, "Queue"), div("toolbar", kinds, ...this.controls), this.said, this.about);
    this.element = div("view page settings", this.refused, queue, this.config.element, this.retention.element);
  }

  enter() { this.#client = null; }

  update() {
    const { client } = this.#store;
    if (!client) return;
    for (const [kind, one] of Object.entries(this.queues)) one.ariaPressed = String(client.metrics?.mode === kind);
    this.#allow(client.about.commands);
    const isKnown = client === this.#client && !(this.#lacks && client.about.state === "python");
    this.#client = client;
    if (!isKnown) this.#load();
  }

  #allow(may) {
    this.refused.hidden = may;
    for (const one of [...Object.values(this.queues), ...this.controls]) one.disabled = !may;
    this.config.allow(may);
    this.retention.allow(may);
  }

  async #load() {
    const { client } = this.#store;
    this.#lacks = false;
    try {
      const settings = await this.#store.ask("settings");
      if (client !== this.#store.client) return;
      this.#lacks = !settings.config;
      this.config.show(settings.config);
      this.retention.show(settings.retention);
      setText(this.about, shown(facts(settings).filter(Boolean).join(" · "), 400));
    } catch (error) {
      setText(this.said, shown(error.message));
    }
  }

  #ask(what, args) { return this.#store.ask(what, args, { label: what }); }

  async #command(what, args, done) {
    try {
      await this.#ask(what, args);
      setText(this.said, done);
    } catch (error) {
      setText(this.said, shown(error.message, 600));
    }
  }

  async #configure(changes) {
    await this.#ask("configure", { config: changes });
    await this.#load();
    return "It is so from now on.";
  }

  async #retain(changes, dryRun) {
    const report = await this.#ask("retention", { ...changes, dryRun });
    if (!dryRun) await this.#load();
    return words(report, dryRun);
  }
}

/** What the page was started with. */
function facts({ runtime, budget, journal, consent, redacts }) {
  return [
    runtime && `Python runs in: ${runtime}`,
    budget && `${bytes(budget)} may wait in the page`,
    journal !== undefined && `journal of ${count(journal)} characters`,
    consent === false && "no consent was given",
    redacts !== undefined && (redacts ? "secrets are redacted" : "nothing is redacted"),
  ];
}

/** What went, or would go. */
function words({ deleted, compacted, deadLetters, left, isOver, error, duration }, dryRun) {
  if (error) return shown(error);
  const lanes = Object.entries(deleted?.byPriority ?? {}).filter(([, number]) => number);
  const which = lanes.map(([priority, number]) => `${count(number)} ${priority}`).join(", ");
  const what = deleted?.count ? `${traces(deleted.count)} (${which}; ${bytes(deleted.bytes)})` : "Nothing";
  const parts = [
    `${what} ${dryRun ? "would go" : "went"}`,
    compacted?.count && `${traces(compacted.count)} ${dryRun ? "would be" : "were"} repacked`,
    deadLetters && `${count(deadLetters)} dead letters ${dryRun ? "would go" : "went"}`,
    left && `${count(left.count)} ${dryRun ? "would stay" : "are left"}`,
    isOver && "more than is allowed: it is protected, or too new",
    duration && `${milliseconds(duration)}`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}
