// The traces that were seen, oldest first, and within bounds: the latest 100,000.

import { PRIORITIES } from "./format.js";

const KEPT = 100_000;
const SPARE = 10_000; // dropped together: to move a hundred thousand for each that comes would take its time

export class TraceLog {
  /** Summaries as the hook told them, or whole traces of a file; each has its `place`, counted from 0. */
  traces = [];
  #next = 0;
  #byId = new Map();
  #pending = Object.fromEntries(PRIORITIES.map((priority) => [priority, new Map()])); // id → timestamp

  /** The place of the oldest that is kept. */
  get first() { return this.#next - this.traces.length; }

  get seen() { return this.#next; }

  find(id) { return this.#byId.get(id); }

  add(traces) {
    for (const trace of traces) {
      trace.place = this.#next++;
      this.traces.push(trace);
      this.#byId.set(trace.id, trace);
      if (trace.state === "queued") this.#pending[trace.priority]?.set(trace.id, trace.timestamp);
    }
    if (this.traces.length >= KEPT + SPARE) this.#forget(this.traces.splice(0, this.traces.length - KEPT));
  }

  /** These are stored. */
  written(ids) {
    for (const id of ids) {
      const trace = this.#byId.get(id);
      if (!trace) continue;
      trace.state = "written";
      this.#pending[trace.priority]?.delete(id);
    }
  }

  /** What is held now, by the queue's own account. More than that may seem to wait: what was dropped is not named, and
   *  it is the oldest that goes. */
  settle(priority, held) {
    const pending = this.#pending[priority];
    for (const id of pending.keys()) {
      if (pending.size <= held) break;
      pending.delete(id);
    }
  }

  /** When the oldest trace of a priority that still waits was made; undefined where none does. */
  oldest(priority) { return this.#pending[priority].values().next().value; }

  #forget(traces) {
    for (const trace of traces) {
      if (this.#byId.get(trace.id) === trace) this.#byId.delete(trace.id);
      this.#pending[trace.priority]?.delete(trace.id);
    }
  }
}
