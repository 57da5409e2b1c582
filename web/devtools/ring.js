// What happened lately, numbered: each reader asks for what came behind its own number. Bounded; the oldest fall out.

const MAX_EVENTS = 20_000;
const MAX_BYTES = 16 * 2 ** 20; // of the texts that it keeps from being freed
const MAX_READ = 5000; // events at a time: DevTools takes them as one text

export class Ring {
  #entries = [];
  #head = 0; // where it begins: shifting an array one by one would be quadratic
  #bytes = 0;
  /** The number of the newest. */
  seq = 0;

  /** `make()` gives the event when it is first read, which may be never; `size` are bytes that it holds till then. */
  push(make, size) {
    this.seq += 1;
    this.#entries.push({ seq: this.seq, make, size, event: undefined });
    this.#bytes += size;
    while (this.#count > MAX_EVENTS || this.#bytes > MAX_BYTES) this.#drop();
  }

  /** Forgets all that it holds. */
  clear() {
    this.#entries = [];
    this.#head = this.#bytes = 0;
  }

  /** So many happened that were never here. To be called while it is empty. */
  skip(count) {
    this.seq += count;
  }

  /** The events behind number `seq`, at most MAX_READ; the number of the last, and how many are gone. */
  since(seq) {
    const first = this.seq - this.#count; // none of those up to it is here
    const missed = Math.max(0, first - seq);
    const from = this.#head + Math.max(0, seq - first);
    const events = this.#entries.slice(from, from + MAX_READ).map((entry) => this.#made(entry));
    return { events, missed, seq: Math.max(seq, first) + events.length };
  }

  get #count() {
    return this.#entries.length - this.#head;
  }

  #made(entry) {
    if (!entry.event) {
      entry.event = { seq: entry.seq, ...entry.make() };
      this.#bytes -= entry.size;
      entry.make = undefined;
      entry.size = 0;
    }
    return entry.event;
  }

  #drop() {
    this.#bytes -= this.#entries[this.#head].size;
    this.#entries[this.#head++] = undefined;
    if (this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
