// Matches come row by row, and rows overlap in time: this brings them into a query's order. As pyqueue/merge.py.

const GIVEN = 10_000; // ids known to have been given: the same trace can be stored twice only close by

const compare = (a, b) => (a < b ? -1 : +(a > b));

/** Ascending: by time, what is stored before what is held, and in the order of storing. */
const inOrder = (a, b) =>
  a.trace.timestamp - b.trace.timestamp || a.isHeld - b.isHeld || compare(a.session, b.session) ||
  a.place - b.place || a.number - b.number;

export class Merge {
  #byId;
  #order;
  #left;
  #given = [new Set(), new Set()];
  #held;
  #number = 0;
  #entries = [];

  /** `held` are matches that are not stored yet: they count as stored last. */
  constructor({ id, ids, order, limit }, held) {
    this.#byId = id != null;
    this.#order = this.#byId ? "stored" : (order ?? "stored");
    const most = this.#byId ? 1 : ids ? new Set(ids).size : Infinity; // that can match
    this.#left = Math.min(limit == null ? Infinity : Math.floor(limit), most);
    this.#held = new Map(held.map((trace) => [trace.id, trace]));
    if (this.#order !== "stored") this.#insertHeld();
  }

  /** Whether rows to come can change the answer. */
  get wantsMore() {
    return this.#left > 0 && !(this.#byId && this.#held.size);
  }

  /** What can be given when the walk has come to this row; `read` gives its matches. */
  async meet(found, read) {
    const { session, seqFirst, tMin, tMax } = found.row;
    const ready = this.#take(this.#order === "asc" ? tMin : tMax);
    if (this.wantsMore) {
      const traces = await read(found);
      for (const { id } of traces) this.#held.delete(id);
      this.#insert(traces, { isHeld: 0, session, place: seqFirst });
    }
    return this.#order === "stored" ? [...ready, ...this.#take()] : ready;
  }

  /** What is left at the end of the walk. */
  rest() {
    if (this.#order === "stored") this.#insertHeld();
    return this.#take(this.#order === "desc" ? -Infinity : Infinity);
  }

  #insertHeld() {
    this.#insert([...this.#held.values()], { isHeld: 1, session: "", place: 0 });
  }

  #insert(traces, place) {
    this.#entries.push(...traces.map((trace) => ({ ...place, number: this.#number++, trace })));
    if (this.#order !== "stored") this.#entries.sort(inOrder);
  }

  /** What no row that begins ("asc") or ends ("desc") at this time, or lies beyond, can come before. */
  #take(bound) {
    const isReady = {
      stored: () => true,
      asc: ({ trace }) => trace.timestamp < bound,
      desc: ({ trace }) => trace.timestamp > bound,
    }[this.#order];
    const ready = this.#entries.filter(isReady);
    this.#entries = this.#entries.filter((entry) => !isReady(entry));
    return this.#give(this.#order === "desc" ? ready.reverse() : ready);
  }

  #give(ready) {
    const fresh = [];
    for (const { isHeld, trace } of ready) {
      if (fresh.length >= this.#left) break;
      if ((isHeld && !this.#held.has(trace.id)) || this.#given.some((ids) => ids.has(trace.id))) continue;
      this.#given[0].add(trace.id);
      fresh.push(trace);
    }
    if (this.#given[0].size >= GIVEN) this.#given = [new Set(), this.#given[0]];
    this.#left -= fresh.length;
    return fresh;
  }
}
