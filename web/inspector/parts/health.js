// One line that says whether all is well, and why not; below it the states of the queue's parts.

import { el, setText } from "../dom.js";
import { bytes, milliseconds, share } from "../format.js";
import { shown } from "../shown.js";

const WORDS = { healthy: "Healthy", degraded: "Degraded", unhealthy: "Unhealthy", unknown: "No news yet", stuck: "Stuck" };

const FACTS = {
  Queue: ({ mode }) => [mode],
  Breaker: ({ breaker }) => [breaker, breaker !== "closed"],
  Pressure: ({ pressure }) => [pressure, pressure !== "none"],
  Memory: ({ memoryUsage }, limit) => [limit ? `${bytes(memoryUsage)} of ${bytes(limit)}` : bytes(memoryUsage), memoryUsage > 0.8 * limit],
  Heap: ({ heap }) => [heap ? `${bytes(heap.used)} of ${bytes(heap.limit)}` : "not told"],
  Storage: ({ storage }) => [storage ?? "–", storage && storage !== "indexeddb"],
  Batches: ({ batchEfficiency }) => [`${share(batchEfficiency)} full`],
  Dropped: ({ dropRate }) => [share(dropRate), dropRate > 0.01],
  Up: ({ uptime }) => [milliseconds(uptime)],
};

export class Health {
  /** Bytes that the queue may hold; undefined until it is known. */
  limit;
  #store;
  #asked = null; // the client whose limit was asked for
  #state = null; // it had then; without Python there is no limit yet
  #facts = new Map();

  constructor(store) {
    this.#store = store;
    this.grade = el("strong", { className: "grade" }, WORDS.unknown);
    this.reasons = el("span", { className: "reasons" });
    const facts = Object.keys(FACTS).map((name) => {
      const value = el("dd", {}, "–");
      this.#facts.set(name, value);
      return el("div", {}, el("dt", {}, name), value);
    });
    this.verdict = el("p", { className: "verdict", role: "status", "data-grade": "unknown" }, this.grade, this.reasons);
    this.element = el("section", { className: "health", ariaLabel: "Health" }, this.verdict, el("dl", { className: "facts" }, ...facts));
  }

  update() {
    const { client } = this.#store;
    if (!client?.metrics) return;
    this.#ask(client);
    this.#showGrade(client);
    for (const [name, read] of Object.entries(FACTS)) {
      const [text, isBad] = read(client.metrics, this.limit);
      setText(this.#facts.get(name), String(text ?? "–"));
      this.#facts.get(name).classList.toggle("bad", !!isBad);
    }
  }

  /** The limit may have been changed meanwhile. */
  askAgain() { this.#state = null; }

  async #ask(client) {
    const { state = "" } = client.about;
    if (this.#asked === client && this.#state === state) return;
    if (this.#asked !== client) this.limit = undefined;
    [this.#asked, this.#state] = [client, state];
    try {
      const { config } = await this.#store.ask("settings");
      if (this.#asked === client) this.limit = config?.maxQueueBytes?.value;
    } catch {
      this.askAgain();
    }
  }

  #showGrade({ metrics, about }) {
    const { grade = "unknown", reasons = [] } = metrics.health ?? {};
    const hasConsent = about.metrics?.consent !== false;
    const all = [about.stuck && "the client does not answer", !hasConsent && "there is no consent: nothing is recorded", ...reasons].filter(Boolean);
    this.verdict.dataset.grade = about.stuck ? "unhealthy" : grade;
    setText(this.grade, about.stuck ? WORDS.stuck : WORDS[grade] ?? shown(grade, 20));
    setText(this.reasons, all.map((reason) => shown(reason)).join(" · ") || (grade === "healthy" ? "nothing stands out" : ""));
  }
}
