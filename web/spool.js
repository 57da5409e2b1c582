// The plain way into the database, for when there is no Python: not yet, or not at all.
// First in, first out; the same rows; a batch that fails is kept and tried again.

import { Database } from "./database.js";
import { flushAll } from "./flush.js";
import { forget, once, remembered } from "./once.js";
import { take } from "./parcel.js";
import { add, CRITICAL, named, sum, zeros } from "./protocol.js";
import { seal } from "./rows.js";

export { reclaim } from "./recovery.js"; // it is to be there, too, when the network is not

const GROUP = 2 ** 20; // bytes that it takes at a time
const EVERYTHING = [Infinity, Infinity];
const RETRY_DELAYS = [100, 500, 2000, 5000]; // ms; the last one for ever

export class Spool {
  #waiting;
  #database;
  #remembered;
  #session;
  #seq;
  #batches = []; // taken, not yet written
  #running;
  #retry;
  #failedInARow = 0;
  #released = 0;
  #mark = 0; // number of the last that is to be taken
  #listener;
  written = zeros();
  failures = zeros();
  batches = 0;
  fullBatches = 0;
  lastError;
  /** As python.js has it. */
  onSettled;

  /** `listener` has tell(kind, payload), progress() and lost(reason). */
  constructor(waiting, { database, config }, session, listener) {
    this.#waiting = waiting;
    this.#database = new Database(database);
    this.#remembered = remembered(config);
    this.#listener = listener;
    this.restart(session);
  }

  /** Writes under this name from now on. */
  restart(session) {
    this.#session = session;
    this.#seq = 1;
    this.#released = 0;
    this.#mark = 0;
  }

  /** What it took and has not written. */
  get held() {
    return this.#batches.flatMap(({ traces }) => traces);
  }

  /** Gives back what it has not written: it waits again. Where consent was withdrawn, what is being written is not: that
   *  ends as it ends. */
  release(isWithdrawn = false) {
    clearTimeout(this.#retry);
    const inFlight = isWithdrawn && this.#running ? this.#batches.slice(0, 1) : [];
    for (const batch of inFlight) batch.isLast = true;
    const back = this.#batches.slice(inFlight.length).flatMap(({ traces }) => traces);
    this.#batches = inFlight;
    this.#failedInARow = 0;
    this.#mark = 0;
    this.#giveBack(back);
  }

  #giveBack(traces) {
    this.#drop(traces);
    this.#waiting.putBack(traces);
  }

  #drop(traces) {
    this.#released += traces.length;
    this.#waiting.budget += weight(traces);
    forget(traces, this.#waiting);
  }

  /** Writes what waits. Rejects where that can't be done now; it is then tried again later. */
  flush() {
    this.#mark = this.#waiting.newest;
    return this.drain();
  }

  flushAll = flushAll;

  /** Writes what it took. */
  async drain() {
    if (this.#next()) this.#running ??= this.#write();
    await this.#running;
  }

  /** What is to be written next: of the batches that it has, or of what waits. */
  #next() {
    while (!this.#batches.length && this.#waiting.holds(this.#mark)) this.#take();
    return this.#batches[0];
  }

  /** First come, first served, a group at a time: what still waits can give way to what matters more. */
  #take() {
    const traces = [];
    for (let size = 0, more; size < GROUP && (more = take(this.#waiting, EVERYTHING, 1, true)).length; ) {
      size += weight(more);
      traces.push(...once(more, this.#waiting, this.#listener.tell, this.#remembered));
    }
    this.#waiting.budget -= weight(traces); // which holds for both
    while (traces.length) {
      const batch = seal(this.#session, this.#seq, traces);
      this.#seq += batch.row.count;
      this.#batches.push(batch);
    }
  }

  async #write() {
    clearTimeout(this.#retry);
    try {
      for (let batch; (batch = this.#next()); ) {
        const isUrgent = batch.row.priority === CRITICAL;
        const begun = performance.now();
        const error = await this.#database.write([batch.row], this.#account(batch), isUrgent).catch((error) => error);
        if (batch !== this.#batches[0]) continue; // it was released
        if (error) this.#failed(batch, error);
        else this.#written(this.#batches.shift(), performance.now() - begun);
      }
    } finally {
      this.#running = undefined; // at once: what comes now must not rely on this one
    }
  }

  #written({ traces, row, full }, took) {
    this.onSettled?.("written", traces);
    this.#waiting.budget += weight(traces);
    if (this.#failedInARow) this.#mark = this.#waiting.newest; // what waited meanwhile
    this.#failedInARow = 0;
    this.batches += 1;
    this.fullBatches += full;
    add(this.written, tally(traces));
    const remaining = this.#waiting.size;
    this.#listener.tell("batch", { size: row.count, bytes: row.bytes, full, took, remaining });
    if (!remaining && !this.#batches.length) this.#listener.tell("drained", { written: sum(this.written) });
    this.#listener.progress();
  }

  #failed(batch, error) {
    add(this.failures, tally(batch.traces));
    this.lastError = String(error);
    if (batch.isLast) { // it was withdrawn, and is not in the database
      this.#batches = [];
      this.#drop(batch.traces);
      add(this.#waiting.evicted, tally(batch.traces));
      this.#waiting.dropped.consent = (this.#waiting.dropped.consent ?? 0) + batch.traces.length;
    }
    if (error.name === "StoreFenced") {
      this.#listener.lost(this.lastError); // it takes them back, to write them under another name
    } else if (batch.isLast) {
      return; // what came since has its turn
    } else {
      const delay = RETRY_DELAYS[Math.min(this.#failedInARow++, RETRY_DELAYS.length - 1)];
      this.#retry = setTimeout(() => this.drain().catch(() => {}), delay); // the event told it
      this.#listener.tell("error", { error: this.lastError, willRetry: true });
    }
    throw named("FlushError", `traces are not durable: ${error}`);
  }

  /** The session's counters as they are once this batch is written. */
  #account({ row }) {
    const accepted = this.#seq - 1;
    const queued = this.held.length - row.count;
    const evicted = this.#released;
    return {
      session: this.#session, updated: Date.now(), offered: accepted, accepted, queued, evicted,
      written: accepted - queued - evicted, refused: 0, cancelled: 0, dead: 0, inFlight: 0, retrying: 0,
      failures: sum(this.failures), droppedByReason: {},
    };
  }
}

const weight = (traces) => traces.reduce((bytes, { size }) => bytes + size, 0);

export function tally(traces) {
  const counts = zeros();
  for (const { priority } of traces) counts[priority] += 1;
  return counts;
}
