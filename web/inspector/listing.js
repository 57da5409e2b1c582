// The traces that a filter lets through, in an order; kept up to date as traces come and go. Filtering and sorting
// a hundred thousand takes longer than a frame, so both go in slices.

import { inSlices } from "./slices.js";

const STRIDE = 512; // between two looks at the clock
const RUN = 2_048; // sorted at once

const KEYS = {
  timestamp: (trace) => trace.timestamp, duration: (trace) => trace.duration ?? -1, name: (trace) => trace.name,
  priority: (trace) => "low normal high critical".indexOf(trace.priority), size: (trace) => trace.size ?? -1,
  status: (trace) => trace.status ?? "", state: (trace) => trace.state ?? "",
};

/** {key, direction}: 1 is ascending. No key is the order of arrival. */
function comparing({ key, direction }) {
  const read = KEYS[key] ?? ((trace) => trace.place);
  return (a, b) => {
    const [left, right] = [read(a), read(b)];
    return (left < right ? -1 : left > right ? 1 : a.place - b.place) * direction;
  };
}

export class Listing {
  rows = [];
  isBusy = false;
  #log;
  #test = () => true;
  #isAll = true;
  #sort = { key: null, direction: 1 };
  #next = 0; // place of the first trace that was not looked at yet
  #first = 0;
  #moves = 0; // of the log, that are in here
  #work = new AbortController();
  #onChange;

  constructor(log, onChange) {
    this.#log = log;
    this.#onChange = onChange;
  }

  get sort() { return this.#sort; }

  /** Another log, filter or order. */
  set({ log = this.#log, filter, sort = this.#sort }) {
    if (filter) [this.#test, this.#isAll] = [filter.test, filter.isEmpty];
    [this.#log, this.#sort] = [log, sort];
    return this.#rebuild();
  }

  /** What has come since, and what has gone; how many rows went from the front, in the order of arrival. */
  update() {
    if (this.isBusy) return 0;
    const gone = this.#trim();
    const fresh = this.#fresh();
    const isMoved = this.#moves !== this.#log.moves && (!this.#isAll || this.#sort.key === "priority");
    if (isMoved || fresh.length > 4 * RUN) this.#rebuild();
    else if (fresh.length) this.#join(fresh.filter(this.#test));
    return gone;
  }

  #fresh() {
    const { traces, first } = this.#log;
    const fresh = traces.slice(Math.max(0, this.#next - first));
    if (fresh.length <= 4 * RUN) this.#next = first + traces.length;
    return fresh;
  }

  #trim() {
    const { first } = this.#log;
    if (first === this.#first) return 0;
    this.#first = first;
    const before = this.rows.length;
    this.rows = this.rows.filter(({ place }) => place >= first);
    return this.#sort.key ? 0 : before - this.rows.length;
  }

  #join(fresh) {
    const compare = comparing(this.#sort);
    if (!this.#sort.key && this.#sort.direction > 0) for (const trace of fresh) this.rows.push(trace);
    else this.rows = merged(this.rows, fresh.sort(compare), compare);
  }

  async #rebuild() {
    this.#work.abort();
    const { signal } = (this.#work = new AbortController());
    this.isBusy = true;
    const found = [];
    const runs = [];
    try {
      const isDone = (await inSlices(this.#collect(found), signal)) && (await inSlices(sorting(found, this.#sort, runs), signal));
      if (!isDone) return;
    } finally {
      if (!signal.aborted) this.isBusy = false; // else another one is at it
    }
    this.rows = runs[0] ?? [];
    this.#trim();
    this.update();
    this.#onChange();
  }

  *#collect(found) {
    const log = this.#log;
    [this.#first, this.#moves] = [log.first, log.moves];
    for (let place = log.first; place < log.first + log.traces.length; place += 1) {
      place = Math.max(place, log.first); // what went meanwhile is skipped
      const trace = log.traces[place - log.first];
      if (this.#isAll || this.#test(trace)) found.push(trace);
      this.#next = place + 1;
      if (place % STRIDE === 0) yield;
    }
  }
}

/** Sorts into `runs`, which has one at last. */
function* sorting(found, sort, runs) {
  if (!sort.key && sort.direction > 0) return void runs.push(found);
  const compare = comparing(sort);
  for (let from = 0; from < found.length; from += RUN) {
    runs.push(found.slice(from, from + RUN).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const [left, right] = runs.splice(0, 2);
    const into = [];
    yield* merging(left, right, compare, into);
    runs.push(into);
  }
}

function merged(left, right, compare) {
  const into = [];
  for (const _ of merging(left, right, compare, into));
  return into;
}

function* merging(left, right, compare, into) {
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const takesLeft = r >= right.length || (l < left.length && compare(left[l], right[r]) <= 0);
    into.push(takesLeft ? left[l++] : right[r++]);
    if (into.length % STRIDE === 0) yield;
  }
}
