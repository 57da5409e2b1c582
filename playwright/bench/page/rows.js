// pyqueue's rows and indexes, written by hand: no queue, no account, no second attempt.

import { done, open } from "./indexeddb.js";

const PRIORITIES = ["low", "normal", "high", "critical"];
const ROW = 250;

export const openRows = (name) =>
  open(name, (db) => {
    const segments = db.createObjectStore("segments", { autoIncrement: true });
    segments.createIndex("order", ["session", "seqFirst"], { unique: true });
    segments.createIndex("end", ["session", "seqLast"], { unique: true });
    segments.createIndex("priority", "priority");
    segments.createIndex("time", "tMax");
    segments.createIndex("start", "tMin");
    segments.createIndex("traceIds", "traceIds", { multiEntry: true });
    segments.createIndex("upkeep", ["priority", "tMax", "codec", "count", "bytes"]);
  });

/** Traces of one priority each, 250 at the most. */
function groups(traces) {
  return PRIORITIES.flatMap((priority) => {
    const lane = traces.filter((trace) => trace.priority === priority);
    const starts = Array.from({ length: Math.ceil(lane.length / ROW) }, (_, index) => index * ROW);
    return starts.map((start) => lane.slice(start, start + ROW));
  });
}

function seal(session, seq, traces) {
  const data = JSON.stringify(traces);
  const times = traces.map(({ timestamp }) => timestamp);
  return {
    session, seqFirst: seq, seqLast: seq + traces.length - 1,
    priority: PRIORITIES.indexOf(traces[0].priority), mixed: false, count: traces.length, bytes: data.length,
    tMin: Math.min(...times), tMax: Math.max(...times),
    traceIds: [...new Set(traces.map(({ traceId }) => traceId))], codec: "json", data,
  };
}

/** Makes rows of traces, one after the other. */
export class Sealer {
  #session;
  #seq = 1;

  constructor(session = "by-hand") {
    this.#session = session;
  }

  *rows(traces) {
    for (const group of groups(traces)) {
      yield seal(this.#session, this.#seq, group);
      this.#seq += group.length;
    }
  }
}

/** Writes rows, a transaction each, so many at a time. */
export class RowWriter {
  #db;
  #atATime;
  #queue = [];
  #running = 0;

  constructor(db, atATime) {
    this.#db = db;
    this.#atATime = atATime;
  }

  /** Resolves when it is durable. */
  write(row) {
    return new Promise((resolve, reject) => {
      this.#queue.push({ row, resolve, reject });
      this.#next();
    });
  }

  #next() {
    if (this.#running >= this.#atATime || !this.#queue.length) return;
    const { row, resolve, reject } = this.#queue.shift();
    this.#running += 1;
    this.#put(row).then(resolve, reject).finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  #put(row) {
    const tx = this.#db.transaction("segments", "readwrite", { durability: "relaxed" });
    tx.objectStore("segments").put(row);
    tx.commit();
    return done(tx);
  }
}
