// What waits on the page's side: until Python is up, and while its queue has no room.
//
// Four lanes and their account; in FIFO mode they are left in the order of arrival. Beyond the budget
// the lowest priority and its oldest give way; nothing is refused while something that matters less
// could go, and CRITICAL is never evicted.

import { CRITICAL, MAX_BYTES, MAX_COUNT, sum, zeros } from "./protocol.js";

export class Waiting {
  #lanes = [[], [], [], []];
  #heads = zeros(); // where each lane begins: shifting an array one by one would be quadratic
  /** The number that the newest trace was given: as many were accepted. */
  newest = 0;
  bytes = 0;
  fifo = false;
  /** By priority. */
  refused = zeros();
  evicted = zeros();
  dropped = {};

  constructor(budget) {
    this.budget = budget;
  }

  /** How many wait, by priority. */
  get counts() {
    return this.#lanes.map((lane, priority) => lane.length - this.#heads[priority]);
  }

  get size() {
    return sum(this.counts);
  }

  /** Whether a trace numbered up to `mark` still waits. */
  holds(mark) {
    return this.#lanes.some((lane, priority) => lane[this.#heads[priority]]?.number <= mark);
  }

  /** Takes the trace; false where it had to be refused. */
  push(trace) {
    while (this.bytes + trace.size > this.budget) {
      const lowest = this.counts.findIndex((count, priority) => count && priority < trace.priority);
      if (lowest < 0) return this.refuse(trace.priority, "page_bytes");
      this.#evict(lowest, "page_bytes");
    }
    trace.number = ++this.newest;
    this.#add(trace);
    return true;
  }

  refuse(priority, reason) {
    this.refused[priority] += 1;
    this.#drop(reason);
    return false;
  }

  /** Takes out the traces of the next parcel, as far as there is room: of one priority, the highest, or
   *  first come first; of a lane with at least `least`, or CRITICAL. The last may be larger than the room: one that
   *  waited for more might wait for ever. CRITICAL does not ask for room; Python evicts for it. */
  take(count, bytes, least) {
    const { fifo } = this;
    const turns = this.#lanes.map((lane, priority) => {
      const head = this.#heads[priority];
      return [lane.length - head < (priority === CRITICAL ? 1 : least) ? Infinity : fifo ? lane[head].number : -priority, priority];
    });
    const [[turn, priority], [next]] = turns.sort(([a], [b]) => a - b);
    if (turn === Infinity) return [];
    const traces = [];
    let size = 0;
    if (!fifo && priority === CRITICAL) count = bytes = Infinity;
    for (let at = this.#heads[priority], trace; (trace = this.#lanes[priority][at]); at++) {
      if (traces.length >= Math.min(count, MAX_COUNT) || size >= bytes || (fifo && trace.number > next)) break;
      if (size && size + trace.size + traces.length + 1 >= MAX_BYTES) break;
      size += trace.size;
      traces.push(trace);
    }
    this.#shift(priority, traces.length, size);
    return traces;
  }

  /** Takes out everything, first come first. */
  takeAll() {
    const { all } = this;
    this.#lanes = [[], [], [], []];
    this.#heads = zeros();
    this.bytes = 0;
    return all.sort((a, b) => a.number - b.number);
  }

  /** All that waits, in no order. */
  get all() {
    return this.#lanes.flatMap((lane, priority) => lane.slice(this.#heads[priority]));
  }

  /** Takes traces back that were taken out, each to its place in the order of arrival. */
  putBack(traces) {
    const all = [...traces, ...this.takeAll()].sort((a, b) => a.number - b.number);
    for (const trace of all) this.#add(trace);
  }

  evictAll(reason) {
    this.counts.forEach((count, priority) => {
      for (; count; count--) this.#evict(priority, reason);
    });
  }

  #add(trace) {
    this.#lanes[trace.priority].push(trace);
    this.bytes += trace.size;
  }

  #evict(priority, reason) {
    this.#shift(priority, 1, this.#lanes[priority][this.#heads[priority]].size);
    this.evicted[priority] += 1;
    this.#drop(reason);
  }

  #shift(priority, count, size) {
    this.bytes -= size;
    const head = (this.#heads[priority] += count);
    if (head * 2 <= this.#lanes[priority].length) return;
    this.#lanes[priority] = this.#lanes[priority].slice(head);
    this.#heads[priority] = 0;
  }

  #drop(reason) {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
  }
}
