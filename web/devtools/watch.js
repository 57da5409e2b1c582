// Watches one client, as long as a tool reads: what it takes, how that ends, what its queue tells, and its metrics.

import { health, metrics } from "../control.js";
import { EVENTS, PRIORITIES } from "../protocol.js";
import { now } from "../trace.js";
import { held } from "./held.js";
import { cut, summary } from "./summary.js";
import { quietly, tap } from "./tap.js";

const INTERVAL = 500; // ms between two looks at the metrics
const PATIENCE = 2000; // ms that a client has for an answer until it counts as stuck
const KINDS = ["priority", "fifo", "batch"];

export class Watch {
  #client;
  #ring;
  #endings;
  #timer;
  #askedAt;
  #seen = "";
  #metrics = null;
  #followed = new Set();
  #acceptedTill; // the newest trace when it was last watched

  /** `client` holds a client's parts; `ring` is where its events go. */
  constructor(client, ring) {
    this.#client = client;
    this.#ring = ring;
  }

  get isOn() {
    return !!this.#endings;
  }

  /** What a tool's list of clients shows. */
  get about() {
    const { session, database, runtime, queue, devtools } = this.#client.about();
    const mode = this.#metrics?.mode;
    return {
      id: session, database, session, runtime, state: this.#client.state(),
      mode: mode ?? this.#client.state(), queue: KINDS.includes(mode) ? mode : queue ?? "priority",
      commands: devtools?.commands === true, stuck: !!this.#askedAt && now() - this.#askedAt > PATIENCE,
      metrics: this.#metrics,
    };
  }

  /** How many traces came and went while it was not watched. */
  get missed() {
    const till = this.#acceptedTill ?? Infinity;
    const toCome = held(this.#client).filter(({ number }) => number > till).length;
    return Math.max(0, this.#client.facts().waiting.newest - till - toCome);
  }

  start() {
    const { waiting } = this.#client.facts();
    held(this.#client).sort((a, b) => a.number - b.number).forEach((trace) => this.#heard(trace));
    this.#endings = [tap(waiting, (trace) => this.#heard(trace)), ...[...EVENTS, "moved"].map((kind) => this.#listen(kind))];
    if (!this.#askedAt) this.#look();
  }

  stop() {
    this.#endings.forEach((end) => end());
    this.#endings = undefined;
    clearTimeout(this.#timer);
    for (const writer of this.#followed) writer.onSettled = undefined;
    this.#followed.clear();
    this.#acceptedTill = this.#client.facts().waiting.newest;
  }

  #heard(trace) {
    const at = now();
    this.#tell(() => ({ at, type: "trace", ...summary(trace, "queued") }), trace.size);
    this.#follow();
  }

  /** Has the writers tell how traces end: there may be another one than before. */
  #follow() {
    for (const writer of [this.#client.python(), this.#client.spool()]) {
      if (!writer || this.#followed.has(writer)) continue;
      this.#followed.add(writer);
      writer.onSettled = (fate, traces) => quietly(() => this.#settled(fate, traces));
    }
  }

  #settled(fate, traces) {
    const ids = traces.map(({ id }) => cut(id));
    const at = now();
    const event = fate === "written" ? { type: "written", ids } : { type: "ended", fate, ids };
    this.#tell(() => ({ at, ...event }), 30 * ids.length);
  }

  /** As `client.on()` does, but it also takes the worker's ear back. */
  #listen(kind) {
    const { listeners } = this.#client;
    const call = (wanted) => this.#client.state() === "python" && this.#client.python().call("listen", kind, wanted);
    const hear = (payload) => {
      const at = now();
      this.#tell(() => ({ ...plain(payload), at, type: kind }), 500);
    };
    if (!listeners.has(kind)) {
      listeners.set(kind, new Set());
      call(true);
    }
    listeners.get(kind).add(hear);
    return () => {
      listeners.get(kind).delete(hear);
      if (listeners.get(kind).size) return;
      listeners.delete(kind);
      if (kind !== "error") call(false); // which the client itself listens to
    };
  }

  #tell(make, size) {
    const client = this.#client.about().session;
    this.#ring.push(() => ({ ...make(), client }), size);
  }

  async #look() {
    this.#follow();
    this.#askedAt = now();
    try {
      const isBooting = this.#client.state() === "booting"; // nobody would answer
      const [figures, grade] = await Promise.all([metrics(this.#client), isBooting ? null : health(this.#client)]);
      const found = { ...figures, health: grade, oldest: this.#oldest() };
      const { uptime, throughput, ...others } = found; // which never stand still
      const seen = JSON.stringify(others);
      this.#metrics = found;
      if (seen !== this.#seen && this.isOn) {
        const at = now();
        this.#tell(() => ({ at, type: "metrics", metrics: found }), seen.length);
      }
      this.#seen = seen;
      if (!isBooting && (await this.#client.up()) === false) this.#ring.clear(); // there is no consent
    } catch {} // the next look tells
    this.#askedAt = undefined;
    if (this.isOn) this.#timer = setTimeout(() => this.#look(), INTERVAL);
  }

  /** For how long the oldest trace of each priority has been on its way, in ms; null where there is none. */
  #oldest() {
    const least = [Infinity, Infinity, Infinity, Infinity];
    for (const { priority, at } of held(this.#client)) least[priority] = Math.min(least[priority], at);
    return Object.fromEntries(PRIORITIES.map((label, priority) =>
      [label, least[priority] === Infinity ? null : Math.max(0, now() - least[priority])]));
  }
}

/** An event's figures as tools get them: nothing of them is the page's own, and no text is long. */
const plain = (payload) =>
  JSON.parse(JSON.stringify(payload, (_, value) => (typeof value === "string" ? cut(value) : value)));
