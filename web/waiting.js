// What waits on the page's side: until Python is up, and while its queue has no room.
//
// Four lanes and their account; in FIFO mode they are left in the order of arrival. Beyond the budget
// the lowest priority and its oldest give way; nothing is refused while something that matters less
// could go, and CRITICAL is never evicted.

import { sum, zeros } from "./protocol.js";

export class Waiting {
  lanes = [[], [], [], []];
  heads = zeros(); // where each lane begins: shifting an array one by one would be quadratic
  /** The number that the newest trace was given: as many were accepted. */
  newest = 0;
  bytes = 0;
  /** The same by priority. */
  sizes = zeros();
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
    return this.lanes.map((lane, priority) => lane.length - this.heads[priority]);
  }

  get size() {
    return sum(this.counts);
  }

  /** Whether a trace numbered up to `mark` still waits. */
  holds(mark) {
    return this.lanes.some((lane, priority) => lane[this.heads[priority]]?.number <= mark);
  }

  /** Takes the trace; false where it has to be refused. */
  push(trace) {
    const most = this.budget - trace.size;
    while (this.bytes > most) {
      if (sum(this.sizes.slice(trace.priority)) > most) return false; // none is evicted in vain
      this.#evict(this.counts.findIndex(Boolean), "page_bytes");
    }
    trace.number = ++this.newest;
    this.#add(trace);
    return true;
  }

  refuse(priority, reason) {
    this.#drop(this.refused, priority, reason);
  }

  /** Takes out everything, first come first. */
  takeAll() {
    const { all } = this;
    this.lanes = [[], [], [], []];
    this.heads = zeros();
    this.bytes = 0;
    this.sizes = zeros();
    return all.sort((a, b) => a.number - b.number);
  }

  /** All that waits, in no order. */
  get all() {
    return this.lanes.flatMap((lane, priority) => lane.slice(this.heads[priority]));
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
    this.lanes[trace.priority].push(trace);
    this.bytes += trace.size;
    this.sizes[trace.priority] += trace.size;
  }

  #evict(priority, reason) {
    this.shift(priority, 1, this.lanes[priority][this.heads[priority]].size);
    this.#drop(this.evicted, priority, reason);
  }

  /** Takes so many off the front of a lane, `size` bytes of them. */
  shift(priority, count, size) {
    this.bytes -= size;
    this.sizes[priority] -= size;
    const head = (this.heads[priority] += count);
    if (head * 2 <= this.lanes[priority].length) return;
    this.lanes[priority] = this.lanes[priority].slice(head);
    this.heads[priority] = 0;
  }

  #drop(counts, priority, reason) {
    counts[priority] += 1;
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
  }
}
