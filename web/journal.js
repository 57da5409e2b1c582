// What the page still holds when it is hidden or can't write, kept in localStorage: the one store that
// is done when the call returns. A later start merges it into the database (recovery.js).

export class Journal {
  #key;
  #budget;
  /** How many traces it holds; `failed` where localStorage would not take them. */
  kept = 0;
  failed = false;

  /** `budget` in characters. */
  constructor(database, session, budget) {
    this.#key = `pyqueue/${database}/${session}`;
    this.#budget = budget;
  }

  /** Keeps the traces that fit, the most important first, in place of what it held; `written` is how many
   *  the page knew to be written. Never throws. */
  keep(traces, written) {
    if (!traces.length) return this.drop();
    traces.sort((a, b) => b.priority - a.priority || a.number - b.number);
    const head = JSON.stringify({ time: Date.now(), held: traces.length, written }).slice(0, -1);
    for (let budget = this.#budget; budget > 99; budget /= 2) { // localStorage may be nearly full
      let room = budget;
      const texts = traces.map(({ text }) => text).filter((text) => text.length < room && (room -= text.length + 1));
      try {
        localStorage.setItem(this.#key, `${head},"traces":[${texts}]}`);
        this.kept = texts.length;
        this.failed = false;
        return;
      } catch {} // full, or blocked: then with half as much
    }
    this.failed = true;
  }

  drop() {
    try {
      if (this.kept) localStorage.removeItem(this.#key);
    } catch {} // blocked since: what stays is merged once, whatever became of it
    this.kept = 0;
  }
}
