// Traces of one priority that travel together: sealed on the page, one item to Python's queue, and one
// text that Python passes on to IndexedDB without ever looking at it.

/** The parcel of these; columns of text have a line each. */
export function seal(traces) {
  let size = 0;
  let tMin = Infinity;
  let tMax = -Infinity;
  const traceIds = new Set();
  for (const trace of traces) {
    size += trace.size;
    if (trace.timestamp < tMin) tMin = trace.timestamp;
    if (trace.timestamp > tMax) tMax = trace.timestamp;
    if (trace.traceId) traceIds.add(trace.traceId);
  }
  return {
    priority: traces[0].priority, count: traces.length, size,
    firstAt: traces[0].at, lastAt: traces.at(-1).at, tMin, tMax,
    ids: traces.map(({ id }) => id).join("\n"), traceIds: [...traceIds].join("\n"),
    text: traces.map(({ text }) => text).join(),
  };
}

/** What Python sees of a text: `Elsewhere` of pyqueue/parcel.py. */
export class Texts {
  #text;

  constructor(text) {
    this.#text = text;
  }

  toString() {
    return this.#text;
  }

  /** With others, as one JSON array. */
  array(...others) {
    return new Texts(`[${[this, ...others].join()}]`);
  }

  /** Becomes a row's data. */
  into(row) {
    row.data = this.#text;
  }
}
