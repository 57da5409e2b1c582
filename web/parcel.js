// Traces of one priority that travel together: sealed on the page, one item to Python's queue, and one
// text that Python passes on to IndexedDB without ever looking at it.

import { CRITICAL, MAX_BYTES, MAX_COUNT } from "./protocol.js";

/** Takes out of the waiting room what goes next, as far as there is room, [count, bytes], and the same for CRITICAL:
 *  traces of one priority, the highest, or first come first; of a lane with at least `least`, or CRITICAL. */
export function take(waiting, rooms, least, fifo = waiting.fifo) {
  const { lanes, heads } = waiting;
  const turns = lanes.map((lane, priority) => {
    const enough = lane.length - heads[priority] >= (priority === CRITICAL ? 1 : least);
    return [!enough ? Infinity : fifo ? lane[heads[priority]].number : -priority, priority];
  });
  const [[turn, priority], [next]] = turns.sort(([a], [b]) => a - b);
  const traces = [];
  if (turn === Infinity) return traces;
  const [count, bytes] = !fifo && priority === CRITICAL ? rooms.slice(2) : rooms;
  const most = Math.min(count, MAX_COUNT);
  let size = 0;
  for (let at = heads[priority], trace; (trace = lanes[priority][at]); at++) {
    if (traces.length >= most || size + trace.size > bytes || (fifo && trace.number > next)) break;
    if (size && size + trace.size + traces.length + 1 >= MAX_BYTES) break;
    size += trace.size;
    traces.push(trace);
  }
  waiting.shift(priority, traces.length, size);
  return traces;
}

/** The parcel of these; what Python has to know of it is JSON, which it reads quicker than an array. Ids only where the
 *  caller gave them: ours are never the same. */
export function seal(traces) {
  let size = 0;
  let tMin = Infinity;
  let tMax = -Infinity;
  let texts = "";
  const ids = [];
  const traceIds = new Set();
  for (const trace of traces) { // once over all of them: it is in the midst of a burst
    size += trace.size;
    if (trace.timestamp < tMin) tMin = trace.timestamp;
    if (trace.timestamp > tMax) tMax = trace.timestamp;
    if (trace.traceId) traceIds.add(trace.traceId);
    if (trace.isGiven) ids.push(trace.id);
    texts += texts ? `,${trace.text}` : trace.text;
  }
  const { length: count, 0: { priority, at } } = traces;
  return {
    priority, count, size,
    head: JSON.stringify({ // by the names of pyqueue/parcel.py
      priority, count, size, ids, enqueued_at: at, last_at: traces.at(-1).at, t_min: tMin, t_max: tMax, trace_ids: [...traceIds],
    }),
    array: `[${texts}]`,
  };
}

/** What Python sees of a text: `Elsewhere` of pyqueue/parcel.py. */
export class Texts {
  #array;

  /** Of a JSON array. */
  constructor(array) {
    this.#array = array;
  }

  /** What is in the array. */
  toString() {
    return this.#array.slice(1, -1);
  }

  includes(part) {
    return this.#array.includes(part);
  }

  /** With others, as one JSON array. */
  array(...others) {
    return others.length ? new Texts(`[${[this, ...others].join()}]`) : this;
  }

  release() {
    this.#array = "[]";
  }

  /** Becomes a row's data. */
  into(row) {
    row.data = this.#array;
  }
}
