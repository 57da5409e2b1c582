// How the queue is set, and what may be changed while it runs.

import { button, el, setText } from "../dom.js";
import { bytes, count, milliseconds, traces } from "../format.js";
import { Options } from "../parts/options.js";
import { shown } from "../shown.js";

const QUEUES = { priority: "Priority", fifo: "FIFO", batch: "Batch" };

export class Settings {
  title = "Settings";
  #store;
  #client = null;

  constructor(store) {
    this.#store = store;
    this.refused = el("p", { className: "refused note", hidden: true }, "This page lets nobody change anything from here: what is below is to be read. It is allowed by ", el("code", {}, "start({ devtools: { commands: true } })"), ".");
    this.queues = Object.fromEntries(Object.entries(QUEUES).map(([kind, label]) => [kind, button(label, () => this.#command("setQueue", { queue: kind }, `The queue is ${kind} now.`), { ariaPressed: "false" })]));
    this.controls = [
      button("Flush", () => this.#command("flush", {}, "All that was accepted is stored.")),
      button("Pause writing", () => this.#command("pause", {}, "Nothing is written until it is resumed; traces are taken as ever.")),
      button("Resume", () => this.#command("resume", {}, "Writing goes on.")),
    ];
    this.said = el("p", { className: "said note", role: "status" });
    this.about = el("p", { className: "note" });
    this.config = new Options("Configuration", [["Apply", (changes) => this.#configure(changes)]]);
    this.retention = new Options("Retention", [["Dry run", (changes) => this.#retain(changes, true)], ["Apply, and delete what is over", (changes) => this.#retain(changes, false)]]);
    this.element = el("div", { className: "view page settings" }, this.refused,
      el("section", {}, el("h3", {}, "Queue"), el("div", { className: "toolbar" }, el("div", { role: "group", className: "group", ariaLabel: "Kind of queue" }, ...Object.values(this.queues)), ...this.controls), this.said, this.about),
      this.config.element, this.retention.element);
  }

  enter() { this.#client = null; }

  update() {
    const { client } = this.#store;
    if (!client) return;
    for (const [kind, one] of Object.entries(this.queues)) one.ariaPressed = String(client.metrics?.mode === kind);
    this.#allow(client.about.commands);
    if (client === this.#client) return;
    this.#client = client;
    this.#load();
  }

  #allow(may) {
    this.refused.hidden = may;
    for (const one of [...Object.values(this.queues), ...this.controls]) one.disabled = !may;
    this.config.allow(may);
    this.retention.allow(may);
  }

  async #load() {
    try {
      const { config, retention, runtime, budget, journal, consent, redacts } = await this.#store.ask("settings");
      this.config.show(config);
      this.retention.show(retention);
      const facts = [runtime && `Python runs in: ${runtime}`, budget && `${bytes(budget)} may wait in the page`, journal !== undefined && `journal of ${count(journal)} characters`,
        consent === false && "no consent was given", redacts !== undefined && (redacts ? "secrets are redacted" : "nothing is redacted")];
      setText(this.about, shown(facts.filter(Boolean).join(" · "), 400));
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

/** What went, or would go. */
function words({ deleted, compacted, left, isOver, skipped, error, duration }, dryRun) {
  if (skipped) return "Another run is under way: nothing was done.";
  if (error) return shown(error);
  const lanes = Object.entries(deleted?.byPriority ?? {}).filter(([, number]) => number).map(([priority, number]) => `${count(number)} ${priority}`);
  const gone = deleted?.count ? `${traces(deleted.count)} (${lanes.join(", ")}; ${bytes(deleted.bytes)}) ${dryRun ? "would go" : "went"}` : `Nothing ${dryRun ? "would go" : "went"}`;
  const repacked = compacted?.count ? `; ${traces(compacted.count)} ${dryRun ? "would be" : "were"} repacked` : "";
  const stays = left ? `; ${count(left.count)} ${dryRun ? "would stay" : "are left"}` : "";
  return `${gone}${repacked}${stays}${isOver ? ", which is more than allowed: it is protected, or too new" : ""}${duration ? `, in ${milliseconds(duration)}` : ""}.`;
}
