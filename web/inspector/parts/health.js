// One line that says whether all is well, and why not; below it the states of the queue's parts.

import { el, setText } from "../dom.js";
import { bytes, milliseconds, share } from "../format.js";
import { shown } from "../shown.js";

const PACE = 3_000; // ms between two questions
const WORDS = { healthy: "Healthy", degraded: "Degraded", unhealthy: "Unhealthy", unknown: "No news yet" };

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
  /** The settings as they were last told; the limits are in them. */
  settings = null;
  #store;
  #asked = null; // the client, and when
  #grade = "unknown";
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
    if (!client) return;
    this.#ask(client);
    const { metrics } = client;
    if (!metrics) return;
    for (const [name, read] of Object.entries(FACTS)) {
      const [text, isBad] = read(metrics, this.settings?.config?.maxQueueBytes);
      setText(this.#facts.get(name), String(text ?? "–"));
      this.#facts.get(name).classList.toggle("bad", !!isBad);
    }
  }

  #ask(client) {
    const now = performance.now();
    if (this.#asked?.client === client && now - this.#asked.at < PACE) return;
    if (this.#asked?.client !== client) this.#store.ask("settings").then((settings) => (this.settings = settings), () => {});
    this.#asked = { client, at: now };
    this.#store.ask("health").then((found) => this.#show(found), (error) => this.#show({ grade: "unknown", reasons: [error.message] }));
  }

  #show({ grade, reasons }) {
    this.#grade = grade;
    this.verdict.dataset.grade = grade;
    setText(this.grade, WORDS[grade] ?? shown(grade, 20));
    setText(this.reasons, reasons.map((reason) => shown(reason)).join(" · ") || "nothing stands out");
  }
}
