// The plain way into the database, for when there is no Python: not yet, or not at all.
// First in, first out; the same rows; a batch that fails is kept and tried again.

import { Database } from "./database.js";
import { CRITICAL, named } from "./protocol.js";

const MAX_COUNT = 250;
const MAX_BYTES = 128 * 1024;
const RETRY_DELAYS = [100, 500, 2000, 5000]; // ms; the last one for ever

const zeros = () => [0, 0, 0, 0];

export class Spool {
  #waiting;
  #database;
  #session;
  #seq = 1;
  #batches = []; // taken, not yet written
  #running;
  #retry;
  #failedInARow = 0;
  #onEvent;
  written = zeros();
  failures = zeros();
  batches = 0;
  fullBatches = 0;
  lastError;

  constructor(waiting, database, session, onEvent) {
    this.#waiting = waiting;
    this.#database = new Database(database);
    this.#session = session;
    this.#onEvent = onEvent;
  }

  /** What it took and has not written. */
  get held() {
    return this.#batches.flatMap(({ traces }) => traces);
  }

  /** Writes what waits. Rejects where that can't be done now; it is then tried again later. */
  flush() {
    const traces = this.#waiting.takeAll();
    while (traces.length) this.#batches.push(this.#seal(traces));
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
      this.#written(this.#batches.shift());
    }
  }

  #written({ traces, row, full }) {
    this.#failedInARow = 0;
    this.batches += 1;
    this.fullBatches += full;
    add(this.written, tally(traces));
    this.#onEvent("batch", { size: row.count, bytes: row.bytes, full, remaining: this.#waiting.size });
  }

  #failed({ traces }, error) {
    add(this.failures, tally(traces));
    this.lastError = String(error);
    const delay = RETRY_DELAYS[Math.min(this.#failedInARow++, RETRY_DELAYS.length - 1)];
    this.#retry = setTimeout(() => this.flush().catch(() => {}), delay); // the event told it
    this.#onEvent("error", { error: this.lastError, willRetry: true });
    throw named("FlushError", `traces are not durable: ${error}`);
  }

  /** Takes one row's traces off the front of `traces`. */
  #seal(traces) {
    let bytes = 2;
    let count = 0;
    while (count < traces.length && count < MAX_COUNT && (!count || bytes + traces[count].size < MAX_BYTES)) {
      bytes += traces[count++].size + 1;
    }
    const full = count < traces.length || count === MAX_COUNT;
    const taken = traces.splice(0, count);
    const times = taken.map(({ timestamp }) => timestamp);
    const priorities = taken.map(({ priority }) => priority);
    const row = {
      session: this.#session,
      seqFirst: this.#seq,
      seqLast: this.#seq + count - 1,
      priority: Math.max(...priorities),
      mixed: new Set(priorities).size > 1,
      count,
      bytes: bytes - 1,
      tMin: Math.min(...times),
      tMax: Math.max(...times),
      traceIds: [...new Set(taken.map(({ traceId }) => traceId))].filter(Boolean),
      codec: "json",
      data: `[${taken.map(({ text }) => text).join()}]`,
    };
    this.#seq += count;
    return { traces: taken, row, full };
  }

  /** The session's counters as they are once this batch is written. */
  #account({ row }) {
    const total = (counts) => counts.reduce((sum, count) => sum + count);
    const written = total(this.written) + row.count;
    const queued = this.held.length - row.count;
    const accepted = written + queued;
    return {
      session: this.#session, updated: row.tMax, offered: accepted, accepted, written, queued,
      refused: 0, evicted: 0, cancelled: 0, dead: 0, inFlight: 0, retrying: 0,
      failures: total(this.failures), droppedByReason: {},
    };
  }
}

export function tally(traces) {
  const counts = zeros();
  for (const { priority } of traces) counts[priority] += 1;
  return counts;
}

function add(counts, more) {
  more.forEach((count, priority) => (counts[priority] += count));
}
