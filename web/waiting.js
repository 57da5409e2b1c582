// What waits on the page's side: until Python is up, and while its queue has no room.
//
// Four lanes and their account. Beyond the budget the lowest priority and its oldest give way;
// nothing is refused while something that matters less could go, and CRITICAL is never evicted.

const CRITICAL = 3;
const zeros = () => [0, 0, 0, 0];

export class Waiting {
  #lanes = [[], [], [], []];
  #heads = zeros(); // where each lane begins: shifting an array one by one would be quadratic
  #number = 0;
  bytes = 0;
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

  /** Takes out up to `count` traces and `bytes`, highest first, as [priority, traces]. CRITICAL does
   *  not ask for room: Python evicts for it. */
  take(count, bytes) {
    const lanes = [];
    for (const priority of [3, 2, 1, 0]) {
      const traces = [];
      for (let next; (next = this.#lanes[priority][this.#heads[priority]]); ) {
        if (priority < CRITICAL && (count < 1 || next.size > bytes)) break;
        count -= 1;
        bytes -= next.size;
        traces.push(this.#shift(priority));
      }
      if (traces.length) lanes.push([priority, traces]);
    }
    for (const [priority, traces] of lanes) this.sent[priority] += traces.length;
    return lanes;
  }

  /** Takes out everything, first come first. */
  takeAll() {
    const all = this.#all();
    this.#lanes = [[], [], [], []];
    this.#heads = zeros();
    this.bytes = 0;
    return all.sort((a, b) => a.number - b.number);
  }

  /** The texts that wait, for a query. */
  texts() {
    return this.#all().map(({ text }) => text);
  }

  has(id) {
    return this.#all().some((trace) => trace.id === id);
  }

  #all() {
    return this.#lanes.flatMap((lane, priority) => lane.slice(this.#heads[priority]));
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
