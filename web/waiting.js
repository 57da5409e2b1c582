// What waits on the page's side: until Python is up, and while its queue has no room.
//
// Four lanes and their account; in FIFO mode they are left in the order of arrival. Beyond the budget the lowest priority and its oldest give way;
// nothing is refused while something that matters less could go, and CRITICAL is never evicted.

import { CRITICAL } from "./protocol.js";

const zeros = () => [0, 0, 0, 0];

export class Waiting {
  #lanes = [[], [], [], []];
  #heads = zeros(); // where each lane begins: shifting an array one by one would be quadratic
  #number = 0;
  bytes = 0;
  fifo = false;
  /** By priority; what left is either `sent` to Python or `taken` by the spool. */
  refused = zeros();
  evicted = zeros();
  sent = zeros();
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

  /** The number that the newest trace was given. */
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
      this.#shift(lowest);
      this.evicted[lowest] += 1;
      this.#drop("page_bytes");
    }
    trace.number = ++this.#number;
    this.#lanes[trace.priority].push(trace);
    this.bytes += trace.size;
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
      this.sent[priority] += 1;
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

  /** Whose turn it is. */
  #next() {
    const heads = this.#lanes.map((lane, priority) => lane[this.#heads[priority]]).filter(Boolean);
    return this.fifo ? heads.sort((a, b) => a.number - b.number)[0] : heads.at(-1);
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
