// The plain way into the database, for when there is no Python: not yet, or not at all.
// First in, first out; the same rows; a batch that fails is kept and tried again.

import { Database } from "./database.js";
import { add, CRITICAL, named, sum, zeros } from "./protocol.js";
import { seal } from "./rows.js";

const RETRY_DELAYS = [100, 500, 2000, 5000]; // ms; the last one for ever

export class Spool {
  #waiting;
  #database;
  #session;
  #seq;
  #batches = []; // taken, not yet written
  #running;
  #retry;
  #failedInARow = 0;
  #listener;
  written = zeros();
  failures = zeros();
  batches = 0;
  fullBatches = 0;
  lastError;

  /** `listener` has tell(kind, payload), progress() and lost(reason). */
  constructor(waiting, database, session, listener) {
    this.#waiting = waiting;
    this.#database = new Database(database);
    this.#listener = listener;
    this.restart(session);
  }

  /** Writes under this name from now on. */
  restart(session) {
    this.#session = session;
    this.#seq = 1;
  }

  /** What it took and has not written. */
  get held() {
    return this.#batches.flatMap(({ traces }) => traces);
  }

  /** Gives back what it has not written. */
  release() {
    const { held } = this;
    clearTimeout(this.#retry);
    this.#batches = [];
    return held;
  }

  /** Writes what waits. Rejects where that can't be done now; it is then tried again later. */
  flush() {
    const traces = this.#waiting.takeAll();
    while (traces.length) {
      const batch = seal(this.#session, this.#seq, traces);
      this.#seq += batch.row.count;
      this.#batches.push(batch);
    }
    return (this.#running ??= this.#drain().finally(() => (this.#running = undefined)));
  }

  async #drain() {
    clearTimeout(this.#retry);
    while (this.#batches.length) {
      const batch = this.#batches[0];
      try {
        await this.#database.write([batch.row], this.#account(batch), batch.row.priority === CRITICAL);
      } catch (error) {
        return this.#failed(batch, error);
      }
      if (batch === this.#batches[0]) this.#written(this.#batches.shift()); // else it was released
    }
  }

  #written({ traces, row, full }) {
    this.#failedInARow = 0;
    this.batches += 1;
    this.fullBatches += full;
    add(this.written, tally(traces));
    this.#listener.tell("batch", { size: row.count, bytes: row.bytes, full, remaining: this.#waiting.size });
    this.#listener.progress();
  }

  #failed(batch, error) {
    if (batch === this.#batches[0]) {
      add(this.failures, tally(batch.traces));
      this.lastError = String(error);
      if (error.name === "StoreFenced") {
        this.#listener.lost(this.lastError);
      } else {
        const delay = RETRY_DELAYS[Math.min(this.#failedInARow++, RETRY_DELAYS.length - 1)];
        this.#retry = setTimeout(() => this.flush().catch(() => {}), delay); // the event told it
        this.#listener.tell("error", { error: this.lastError, willRetry: true });
      }
    }
    throw named("FlushError", `traces are not durable: ${error}`);
  }

  /** The session's counters as they are once this batch is written. */
  #account({ row }) {
    const accepted = this.#seq - 1;
    const queued = this.held.length - row.count;
    return {
      session: this.#session, updated: Date.now(), offered: accepted, accepted, written: accepted - queued, queued,
      refused: 0, evicted: 0, cancelled: 0, dead: 0, inFlight: 0, retrying: 0,
      failures: sum(this.failures), droppedByReason: {},
    };
  }
}

export function tally(traces) {
  const counts = zeros();
  for (const { priority } of traces) counts[priority] += 1;
  return counts;
}
