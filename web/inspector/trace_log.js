// The traces that were seen, oldest first, and within bounds: the latest 100,000. Of a file, which is here anyway, all.

const KEPT = 100_000;
const SPARE = 10_000; // dropped together: to move a hundred thousand for each that comes would take its time

export class TraceLog {
  /** Summaries as the hook told them, or whole traces of a file; each has its `place`, counted from 0. */
  traces = [];
  /** How many traces got another priority. */
  moves = 0;
  #kept;
  #next = 0;
  #byId = new Map();

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  /** The place of the oldest that is kept. */
  get first() { return this.#next - this.traces.length; }

  get seen() { return this.#next; }

  find(id) { return this.#byId.get(id); }

  add(traces) {
    for (const trace of traces) {
      trace.place = this.#next++;
      this.traces.push(trace);
      this.#byId.set(trace.id, trace);
    }
    if (this.traces.length >= this.#kept + SPARE) this.#forget(this.traces.splice(0, this.traces.length - this.#kept));
  }

  /** Nothing may be kept any more. */
  clear() { this.#forget(this.traces.splice(0)); }

  /** How these ended. */
  ended(ids, fate) {
    for (const id of ids) {
      const trace = this.#byId.get(id);
      if (trace) trace.state = fate;
    }
  }

  /** It has another priority now. */
  moved(id, priority) {
    const trace = this.#byId.get(id);
    if (!trace || trace.priority === priority) return;
    trace.priority = priority;
    this.moves += 1;
  }

  #forget(traces) {
    for (const trace of traces) {
      if (this.#byId.get(trace.id) === trace) this.#byId.delete(trace.id);
    }
  }
}
