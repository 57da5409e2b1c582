// pyqueue: traces of what users do, through a queue in Python, into IndexedDB.
//
//   import { start } from "/pyqueue/pyqueue.js";
//   const pq = start();
//   pq.trace("checkout.submit", { cart: 3 }, { priority: "high" });
//
// A trace goes one way: trace.js (encoded once) → waiting.js → python.js → worker.js → Python; or,
// where Python is not up, waiting.js → spool.js → database.js. What is on its way when the page goes
// is kept by journal.js, and recovery.js brings it in at a later start.
//
// This file and what it imports is all that a page needs to trace: the door, the waiting room and the
// journal. The writers and all else are loaded behind it.

import { Journal } from "./journal.js";
import { add, CRITICAL, EVENTS, FATES, MAX_COUNT, named, NORMAL, PRIORITIES, QUESTIONS, sum, zeros } from "./protocol.js";
import { newSession, now, traceReader } from "./trace.js";
import { Waiting } from "./waiting.js";

const DEFAULTS = {
  runtime: "worker",
  database: "pyqueue",
  budget: 32 * 2 ** 20, // bytes that may wait here
  journal: 2 ** 20, // characters of localStorage
};
const MAX_TRACE_BYTES = 2 ** 20; // as QueueConfig has it
const PAUSE = 50; // ms from one handing over to the next, but for what can't wait
const SPOOL_DELAY = 1000; // ms that a trace waits for company where there is no Python
const SPILL = 0.5; // share of the page's budget from which the spool writes while Python boots
const MAX_DEATHS = 3; // of Python, none of which wrote anything in between

// At once, so that it is there when the network is not, or the page goes.
const spool = import("./spool.js");
spool.catch(() => {});
const spoolModule = () => spool.catch(() => import("./spool.js")); // asked for again when it is needed

const tallies = () => Object.fromEntries(FATES.map((fate) => [fate, zeros()]));

/** In Python's place while there is none. */
const NO_PYTHON = { unsettled: [], sent: zeros(), settled: tallies(), stop() {} };

/** Starts a client; returns at once and never throws. See web/README.md for the options. */
export function start(options) {
  return (globalThis.pyqueue = globalThis[Symbol.for("pyqueue")] = new Client(Object(options)));
}

class Client {
  #options; // with what was changed since
  #session;
  #writers = 1; // names given: S-0 is the spool, S-1 Python, then come those after a writer was lost
  #spoolName;
  #read;
  #wrong = "invalid"; // with a call that can't be read
  #waiting;
  #spool;
  #python = NO_PYTHON;
  #journal;
  #state = "booting"; // → "python" or "spool" → "closed"
  #checking; // while it is looked up what a lost writer has stored
  #deaths = 0;
  #restarts = 0;
  #failing = false;
  #past = tallies(); // of lost Pythons
  #tab;
  #consent = true;
  #consented;
  #startedAt = now();
  #listeners = new Map();
  #scheduled = false;
  #handedAt = 0;
  #handTimer;
  #spoolTimer;
  #journalTimer;
  // metrics(), query() and all that control.js answers: it is loaded when first asked.
  static {
    for (const question of QUESTIONS) {
      this.prototype[question] = async function (...args) {
        const control = await import("./control.js");
        return control[question](this.#parts, ...args);
      };
    }
  }

  /** Resolves to {runtime, bootMs, queue} when it is settled who writes; rejects for a wrong config. */
  ready;

  /** Resolves to {sessions, traces, unknown} when what earlier visits left behind is in the database. */
  recovered;

  constructor(options) {
    this.#options = { ...options };
    for (const key in DEFAULTS) if (typeof this.#options[key] !== typeof DEFAULTS[key]) this.#options[key] = DEFAULTS[key];
    const { budget, database, journal, redact } = this.#options;
    const shim = globalThis[Symbol.for("pyqueue")];
    this.#session = shim?.session ?? newSession();
    this.#spoolName = `${this.#session}-0`;
    try {
      this.#read = traceReader(this.#session, redact);
    } catch { // `ready` tells it
      this.#read = traceReader(this.#session);
    }
    this.#waiting = new Waiting(budget >= 0 ? budget : DEFAULTS.budget);
    this.#journal = new Journal(database, this.#session, journal);
    (globalThis[Symbol.for("pyqueue.devtools")] ??= { clients: [] }).clients.push(this.#parts); // for tools: devtools/README.md
    const consented = new Promise((resolve) => (this.#consented = resolve));
    if (shim?.traces) this.#adopt(shim);
    this.setConsent("consent" in options ? options.consent : true);
    this.ready = consented.then(() => this.#boot(options));
    this.ready.catch(() => {}); // whoever awaits it is told; nobody has to
    this.recovered = consented.then(() => this.#join());
    globalThis.addEventListener?.("pagehide", () => this.#leave());
    globalThis.addEventListener?.("pageshow", ({ persisted }) => persisted && this.#tab && this.#join());
    globalThis.addEventListener?.("visibilitychange", () => (document.hidden ? this.#hide() : this.#failing || this.#journal.drop()));
  }

  /** Records what happened; returns its id, or null where it is refused (and counted). Never throws. */
  trace(name, attributes, options) {
    if (!this.#consent) return this.#refuse(NORMAL, "consent");
    let trace;
    try {
      trace = this.#read(name, attributes, options);
    } catch {
      return this.#refuse(NORMAL, this.#wrong);
    }
    const most = this.#options.config?.maxTraceBytes;
    if (trace.size > (most >= 1 ? most : MAX_TRACE_BYTES)) return this.#refuse(trace.priority, "too_large");
    if (!this.#waiting.push(trace)) return this.#refuse(trace.priority);
    if (!this.#scheduled) this.#schedule(trace);
    if (this.#waiting.newest % MAX_COUNT === 0) this.#python.handOver?.(MAX_COUNT); // Python works during a burst
    return trace.id;
  }

  /** Something that takes time: traced at its `end()`, with its duration. */
  span(name, attributes, options) {
    const from = now();
    let id;
    return {
      end: (last) => {
        try {
          const timed = { timestamp: from, duration: now() - from, ...options, ...last };
          return (id ??= this.trace(name, { ...attributes, ...last?.attributes }, timed));
        } catch {
          return this.trace(); // a getter of the caller's: it is refused
        }
      },
    };
  }

  /** Everything accepted so far is durable when it resolves; rejects (FlushError) where it can't be. */
  async flush() {
    const { newest } = this.#waiting;
    const writer = this.#state === "python" ? this.#python : await this.#spooled();
    await writer.flushAll(this.#parts, newest);
  }

  /** Calls `listener` with each event's figures; returns a function that ends it. */
  on(kind, listener) {
    if (!EVENTS.includes(kind)) throw new TypeError(`no event ${kind}: use ${EVENTS}`);
    if (!this.#listeners.has(kind)) {
      this.#listeners.set(kind, new Set());
      if (this.#state === "python") this.#python.call("listen", kind);
    }
    this.#listeners.get(kind).add(listener);
    return () => this.#listeners.get(kind).delete(listener);
  }

  /** Without consent nothing is kept, not even in memory; what waits is given up. Stored traces stay: see purge(). */
  setConsent(given) {
    this.#consent = given === true;
    if (this.#consent) this.#consented();
    else {
      this.#spool?.release(true);
      this.#waiting.evictAll("consent");
      this.#journal.drop();
    }
    if (this.#state === "python") this.#python.call("setConsent", this.#consent);
  }

  /** query(), a page at a time; see control.js. */
  async *stream(...args) {
    const control = await import("./control.js");
    yield* control.stream(this.#parts, ...args);
  }

  /** Takes no more traces, writes what is held, then stops. */
  async shutdown() {
    this.#read = undefined;
    this.#wrong = "closed";
    await this.flush().catch((error) => this.#emit("error", { error: String(error) }));
    const state = this.#state;
    if (state === "closed") return;
    this.#keep(); // what could not be written
    this.#state = "closed";
    if (state === "python") await this.#python.shutdown();
    this.#python.stop();
    this.#tab?.leave();
  }

  // Booting, and beginning again

  /** `given` at the first time. */
  async #boot(given) {
    const { runtime } = this.#options;
    const restarts = this.#restarts;
    await undefined; // so that whoever calls start() can listen before anything happens
    try {
      const [{ check }, { Python }] = await Promise.all([import("./options.js"), import("./python.js")]);
      check(given);
      if (runtime === "none" || this.#deaths >= MAX_DEATHS || this.#state === "closed") return this.#useSpool();
      const session = this.#nextWriter();
      this.#python = new Python(this.#waiting, this.#listener);
      const answer = await this.#python.start(session, this.#parts.about());
      return this.#usePython(runtime, answer);
    } catch (error) {
      if (restarts < this.#restarts) return await this.#checking, this.ready; // it was lost meanwhile: as its successor
      this.#python.stop();
      if (this.#state === "closed") return this.#useSpool();
      const settled = this.#useSpool(String(error));
      this.#emit("error", { error: String(error) });
      if (error.name === "ConfigError") throw error;
      return settled;
    }
  }

  #usePython(runtime, { queue, ignored }) {
    this.#state = "python";
    this.#waiting.fifo = queue === "fifo";
    for (const kind of new Set(["error", ...this.#listeners.keys()])) this.#python.call("listen", kind);
    for (const error of ignored) this.#emit("error", { error });
    if (!this.#consent) this.#python.call("setConsent", false);
    this.#python.handOver();
    this.#tab?.lead();
    return { runtime, bootMs: now() - this.#startedAt, queue };
  }

  #useSpool(error) {
    if (this.#state !== "closed") this.#state = "spool";
    this.#emit("mode", { mode: "fifo" });
    this.#handOver();
    return { runtime: "none", bootMs: now() - this.#startedAt, queue: "fifo", ...(error && { error }) };
  }

  #nextWriter() {
    return `${this.#session}-${this.#writers++}`;
  }

  /** The writer is gone, or was declared dead by another tab while this one was frozen. What it had not
   *  settled is looked up in the database; what is not there goes in again, under a new name. */
  async #lost(reason) {
    if (this.#checking || this.#state === "closed") return;
    const { unsettled, settled } = this.#python;
    const again = this.#state !== "spool";
    this.#state = "booting";
    this.#deaths = sum(settled.written) ? 1 : this.#deaths + 1;
    this.#restarts += 1;
    for (const fate of FATES) add(this.#past[fate], settled[fate]);
    this.#python.stop();
    this.#python = NO_PYTHON;
    this.#spool?.release();
    this.#waiting.putBack(unsettled);
    this.#emit("error", { error: reason, willRetry: true });
    this.#checking = spoolModule().then(({ reclaim }) => reclaim(this.#parts, this.#writers));
    this.#writers = await this.#checking;
    this.#checking = undefined;
    if (!this.#consent) this.#waiting.evictAll("consent"); // withdrawn since
    this.#spoolName = this.#nextWriter();
    this.#spool?.restart(this.#spoolName);
    if (!again) return this.#useSpool();
    this.ready = this.#boot();
    this.ready.catch(() => {});
  }

  /** What the writers use of the client. */
  #listener = {
    tell: (kind, payload) => this.#tell(kind, payload),
    lost: (reason) => this.#lost(reason),
    progress: () => {
      this.#failing = false;
      if (this.#journal.kept && !this.#held.length) this.#journal.drop();
    },
  };

  /** What the other files may use of the client. */
  #parts = {
    state: () => this.#state, checking: () => this.#checking, python: () => this.#python, spool: () => this.#spool, tab: () => this.#tab,
    up: async () => (await this.#checking, this.#consent && this.ready.catch(() => {})), // `ready` itself tells the page
    facts: () => ({ waiting: this.#waiting, past: this.#past, journal: this.#journal, restarts: this.#restarts, failing: this.#failing }),
    about: () => Object.assign(this.#options, { session: this.#session, startedAt: this.#startedAt, consent: this.#consent }),
    tell: this.#listener.tell,
    keep: () => this.#journal.kept && this.#keep(),
    self: this, listeners: this.#listeners,
  };

  /** Takes over what the shim took: the page's rules have not seen it yet. */
  #adopt(shim) {
    const full = sum(shim.refused) + sum(shim.evicted);
    if (full) this.#waiting.dropped.page_bytes = full;
    add(this.#waiting.refused, shim.refused);
    add(this.#waiting.evicted, shim.evicted);
    while (shim.invalid--) this.trace();
    this.#journal.kept = shim.traces.length; // it may have written one
    for (const { text } of shim.traces.splice(0)) {
      const given = JSON.parse(text);
      this.trace(given.name, given.attributes, given);
    }
  }

  // Handing on

  /** What a tick brings goes together, and in busy times what PAUSE brings: small parcels cost as much as large ones. */
  #schedule({ priority, at }) {
    if (priority < CRITICAL && at - this.#handedAt < PAUSE && !this.#tab?.hasLeft) {
      this.#handTimer ??= setTimeout(() => this.#handOver(), PAUSE);
    } else {
      this.#scheduled = true;
      queueMicrotask(() => this.#handOver());
    }
  }

  #handOver() {
    clearTimeout(this.#handTimer);
    this.#handTimer = undefined;
    this.#scheduled = false;
    this.#handedAt = now();
    if (this.#tab?.hasLeft) return this.#leave(); // traced by a page that is going
    if (this.#checking) return;
    if (this.#state === "python") return this.#python.handOver();
    const full = this.#waiting.bytes > this.#options.budget * SPILL;
    if (full || (this.#state === "spool" && this.#waiting.counts[CRITICAL])) return this.#writeSpool();
    if (this.#state === "spool") this.#spoolTimer ??= setTimeout(() => this.#writeSpool(), SPOOL_DELAY);
  }

  #writeSpool() {
    clearTimeout(this.#spoolTimer);
    this.#spoolTimer = undefined;
    if (this.#checking) return;
    this.#spooled().then((spool) => spool.flush()).catch(() => {}); // the spool tells by an event, and tries again
  }

  async #spooled() {
    try {
      const { Spool } = await spoolModule();
      return (this.#spool ??= new Spool(this.#waiting, this.#options, this.#spoolName, this.#listener));
    } catch (error) { // the server is gone
      if (this.#waiting.size) this.#spoolTimer ??= setTimeout(() => this.#writeSpool(), SPOOL_DELAY);
      this.#tell("error", { error: String(error), willRetry: true });
      throw named("FlushError", error);
    }
  }

  // Coming and going

  /** With the other tabs; also merges what earlier visits left behind. */
  async #join() {
    this.#spooled().catch(() => {}); // so that it is there when the page goes
    try {
      const { Tab } = await import("./tabs.js");
      if (this.#state === "closed") return;
      this.#tab ??= new Tab(this.#parts);
      return await this.#tab.join();
    } catch (error) {
      this.#emit("error", { error: String(error) });
    }
  }

  #leave() {
    this.#writeSpool(); // what waits is more than the journal holds, maybe
    this.#hide();
    this.#tab?.leave();
  }

  #hide() {
    if (this.#state === "python") this.#python.call("flush"); // told by events
    else if (this.#state !== "closed") this.#writeSpool();
    this.#keep();
  }

  #keep() {
    this.#journalTimer = undefined;
    if (this.#state === "closed" || !this.#consent) return;
    const written = sum(this.#past.written) + sum(this.#python.settled.written) + sum(this.#spool?.written ?? []);
    this.#journal.keep(this.#held, written);
  }

  /** What a page that goes now would lose. */
  get #held() {
    return [...(this.#spool?.held ?? []), ...this.#python.unsettled, ...this.#waiting.all];
  }

  // What the writers tell

  #tell(kind, payload) {
    if (kind === "error" && payload.willRetry) { // until the database is back, the journal is what there is
      this.#failing = true;
      if (payload.error.includes("StoreFenced")) return this.#lost(payload.error);
      this.#journalTimer ??= setTimeout(() => this.#keep(), 1000);
    }
    this.#emit(kind, payload);
  }

  #refuse(priority, reason = "page_bytes") {
    this.#waiting.refuse(priority, reason);
    this.#emit("drop", { reason, priority: PRIORITIES[priority], count: 1 });
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
