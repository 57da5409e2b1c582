// pyqueue: traces of what users do, through a queue in Python, into IndexedDB.
//
//   import { start } from "/pyqueue/pyqueue.js";
//   const pq = start();
//   pq.trace("checkout.submit", { cart: 3 }, { priority: "high" });
//
// A trace goes one way: trace.js (encoded once) → waiting.js → python.js → worker.js → Python; or,
// where Python is not up, waiting.js → spool.js → database.js.

import { CRITICAL, EVENTS, named, NORMAL, PRIORITIES, QUESTIONS } from "./protocol.js";
import { Python } from "./python.js";
import { Spool } from "./spool.js";
import { newSession, now, traceReader } from "./trace.js";
import { Waiting } from "./waiting.js";

const RUNTIMES = ["worker", "page", "none"];
const MAX_TRACE_BYTES = 2 ** 20; // as QueueConfig has it
const SPOOL_DELAY = 1000; // ms that a trace waits for company where there is no Python
const SPILL = 0.5; // share of the page's budget from which the spool writes while Python boots

/** Starts a client; returns at once and never throws. See web/README.md for the options. */
export function start(options) {
  const client = new Client(options ?? {});
  globalThis[Symbol.for("pyqueue")] = client;
  globalThis.pyqueue = client;
  return client;
}

class Client {
  #options;
  #session = newSession();
  #read = traceReader(this.#session);
  #maxTraceBytes;
  #waiting;
  #spool;
  #python;
  #state = "booting"; // → "python" or "spool" → "closed"
  #startedAt = now();
  #listeners = new Map();
  #scheduled = false;
  #spoolTimer;
  // metrics(), query() and all that control.js answers: it is loaded when first asked.
  static {
    for (const question of QUESTIONS) {
      this.prototype[question] = async function (...args) {
        const control = await import("./control.js");
        return control[question](this.#parts(), ...args);
      };
    }
  }

  /** Resolves to {runtime, bootMs, queue} when it is settled who writes; rejects for a wrong config. */
  ready;

  constructor(options) {
    this.#options = { runtime: "worker", database: "pyqueue", budget: 32 * 1024 * 1024, ...options };
    this.#maxTraceBytes = this.#options.config?.maxTraceBytes ?? MAX_TRACE_BYTES;
    this.#waiting = new Waiting(this.#options.budget);
    const tell = (kind, payload) => this.#emit(kind, payload);
    this.#spool = new Spool(this.#waiting, this.#options.database, `${this.#session}-0`, tell);
    this.#python = new Python(this.#waiting, tell);
    this.ready = this.#boot();
    this.ready.catch(() => {}); // whoever awaits it is told; nobody has to
    globalThis.addEventListener?.("pagehide", () => this.#hide());
    globalThis.document?.addEventListener("visibilitychange", () => document.hidden && this.#hide());
  }

  /** Records what happened; returns its id, or null where it is refused (and counted). Never throws. */
  trace(name, attributes, options) {
    let trace;
    try {
      trace = this.#read(name, attributes, options);
    } catch {
      this.#refuse(NORMAL, "invalid");
      return null;
    }
    if (this.#state === "closed") return this.#refuse(trace.priority, "closed");
    if (trace.size > this.#maxTraceBytes) return this.#refuse(trace.priority, "too_large");
    if (!this.#waiting.push(trace)) return this.#refuse(trace.priority);
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#handOver()); // one message a tick
    }
    return trace.id;
  }

  /** Something that takes time: traced at its `end()`, with its duration. */
  span(name, attributes, options) {
    const from = now();
    let id;
    return {
      end: (last) => (id ??= this.trace(name, { ...attributes, ...last?.attributes }, {
        timestamp: from, duration: now() - from, ...options, ...last,
      })),
    };
  }

  /** Everything accepted so far is durable when it resolves; rejects (FlushError) where it can't be. */
  async flush() {
    const mark = this.#waiting.newest;
    if (this.#state !== "python") return this.#spool.flush();
    for (let more = true; more; ) {
      this.#python.handOver();
      more = this.#waiting.holds(mark); // what has no room yet goes over while this flush is under way
      await this.#python.call("flush");
    }
  }

  /** Calls `listener` with each event's figures; returns a function that ends it. */
  on(kind, listener) {
    if (!EVENTS.includes(kind)) throw new TypeError(`event must be one of ${EVENTS}, not ${kind}`);
    if (!this.#listeners.has(kind)) {
      this.#listeners.set(kind, new Set());
      if (this.#state === "python") this.#python.call("listen", kind);
    }
    this.#listeners.get(kind).add(listener);
    return () => this.#listeners.get(kind).delete(listener);
  }

  /** Writes what is held, then stops. Later traces are refused. */
  async shutdown() {
    const state = this.#state;
    if (state === "closed") return;
    await this.flush().catch((error) => this.#emit("error", { error: String(error) }));
    this.#state = "closed";
    if (state === "python") await this.#python.shutdown();
    this.#python.stop();
  }

  // Booting

  async #boot() {
    const { runtime, database, config, queue } = this.#options;
    await undefined; // so that whoever calls start() can listen before anything happens
    try {
      if (!RUNTIMES.includes(runtime)) {
        throw named("ConfigError", `runtime must be one of ${RUNTIMES}, not ${JSON.stringify(runtime)}`);
      }
      if (runtime === "none") return this.#useSpool();
      const session = `${this.#session}-1`;
      const answer = await this.#python.start(runtime, { database, session, config, queue, ...flags() });
      return this.#usePython(runtime, answer);
    } catch (error) {
      this.#python.stop();
      const settled = this.#useSpool(String(error));
      this.#emit("error", { error: String(error) });
      if (error.name === "ConfigError") throw error;
      return settled;
    }
  }

  #usePython(runtime, { queue, ignored }) {
    this.#state = "python";
    this.#waiting.fifo = queue === "fifo";
    for (const kind of this.#listeners.keys()) this.#python.call("listen", kind);
    for (const error of ignored) this.#emit("error", { error });
    this.#python.handOver();
    return { runtime, bootMs: now() - this.#startedAt, queue };
  }

  #useSpool(error) {
    this.#state = "spool";
    this.#emit("mode", { mode: "fifo" });
    this.#handOver();
    return { runtime: "none", bootMs: now() - this.#startedAt, queue: "fifo", ...(error && { error }) };
  }

  #parts() {
    return {
      waiting: this.#waiting, spool: this.#spool, python: this.#python, state: () => this.#state,
      ready: this.ready, startedAt: this.#startedAt, database: this.#options.database,
    };
  }

  // Handing on

  #handOver() {
    this.#scheduled = false;
    if (this.#state === "python") return this.#python.handOver();
    const full = this.#waiting.bytes > this.#options.budget * SPILL;
    if (full || (this.#state === "spool" && this.#waiting.counts[CRITICAL])) return this.#writeSpool();
    if (this.#state === "spool") this.#spoolTimer ??= setTimeout(() => this.#writeSpool(), SPOOL_DELAY);
  }

  #writeSpool() {
    clearTimeout(this.#spoolTimer);
    this.#spoolTimer = undefined;
    this.#spool.flush().catch(() => {}); // the spool tells by an event, and tries again
  }

  #hide() {
    if (this.#state === "python") this.#python.call("flush").catch(() => {}); // told by events
    else if (this.#state !== "closed") this.#writeSpool();
  }

  #refuse(priority, reason) {
    if (reason) this.#waiting.refuse(priority, reason);
    this.#emit("drop", { reason: reason ?? "page_bytes", priority: PRIORITIES[priority], count: 1 });
    return null;
  }

  #emit(kind, payload) {
    for (const listener of this.#listeners.get(kind) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        this.#listeners.get(kind).delete(listener); // it is not called again
        console.warn(`pyqueue: listener for ${kind} removed`, error);
      }
    }
  }
}

/** What the URL and localStorage say of the queue; Python decides which of them counts. */
function flags() {
  const url = new URLSearchParams(globalThis.location?.search).get("pyqueue_queue");
  try {
    return { url, storage: globalThis.localStorage?.getItem("pyqueue.queue") ?? null };
  } catch { // storage is blocked: then it says nothing
    return { url, storage: null };
  }
}
