// What waits on the page's side: until Python is up, and while its queue has no room.
//
// Four lanes and their account; in FIFO mode they are left in the order of arrival. Beyond the budget
// the lowest priority and its oldest give way; nothing is refused while something that matters less
// could go, and CRITICAL is never evicted.

import { CRITICAL, zeros } from "./protocol.js";

export class Waiting {
  #lanes = [[], [], [], []];
  #heads = zeros(); // where each lane begins: shifting an array one by one would be quadratic
  #number = 0;
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
    return this.counts.reduce((sum, count) => sum + count);
  }

  /** The number that the newest trace was given: as many were accepted. */
  get newest() {
    return this.#number;
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
    trace.number = ++this.#number;
    this.#add(trace);
    return true;
  }

  refuse(priority, reason) {
    this.refused[priority] += 1;
    this.#drop(reason);
    return false;
  }

  /** Takes out traces while there is room, as runs of [priority, traces]: highest first, or first come
   *  first. The last may be larger than the room: one that waited for more might wait for ever. CRITICAL
   *  does not ask for room; Python evicts for it. */
  take(count, bytes) {
    const runs = [];
    for (let trace; (trace = this.#next()); ) {
      const { priority } = trace;
      if ((this.fifo || priority < CRITICAL) && (count < 1 || bytes <= 0)) break;
      count -= 1;
      bytes -= trace.size;
      if (runs.at(-1)?.[0] !== priority) runs.push([priority, []]);
      runs.at(-1)[1].push(this.#shift(priority));
    }
    return runs;
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

  /** Takes these out as if they had never waited; how many of each priority there were. */
  discard(ids) {
    const gone = zeros();
    for (const trace of this.takeAll()) {
      if (ids.has(trace.id)) gone[trace.priority] += 1;
      else this.#add(trace);
    }
    return gone;
  }

  evictAll(reason) {
    this.counts.forEach((count, priority) => {
      while (count--) this.#evict(priority, reason);
    });
  }

  /** Whose turn it is. */
  #next() {
    let first;
    for (let priority = CRITICAL; priority >= 0; priority--) {
      const trace = this.#lanes[priority][this.#heads[priority]];
      if (!trace) continue;
      if (!this.fifo) return trace;
      if (!first || trace.number < first.number) first = trace;
    }
    return first;
  }

  #add(trace) {
    this.#lanes[trace.priority].push(trace);
    this.bytes += trace.size;
  }

  #evict(priority, reason) {
    this.#shift(priority);
    this.evicted[priority] += 1;
    this.#drop(reason);
  }

  #shift(priority) {
    const lane = this.#lanes[priority];
    const trace = lane[this.#heads[priority]++];
    this.bytes -= trace.size;
    if (this.#heads[priority] * 2 > lane.length) {
      this.#lanes[priority] = lane.slice(this.#heads[priority]);
      this.#heads[priority] = 0;
    }
    return trace;
  }

  #drop(reason) {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
  }
}
