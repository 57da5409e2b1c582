// Traces as rows of the `segments` store, as pyqueue/batch.py seals them.

import { MAX_BYTES, MAX_COUNT } from "./protocol.js";

/** Takes one row's traces off the front of `traces`, which are placed from `seq` on. */
export function seal(session, seq, traces) {
  let bytes = 2;
  let count = 0;
  while (count < traces.length && count < MAX_COUNT && (!count || bytes + traces[count].size < MAX_BYTES)) {
    bytes += traces[count++].size + 1;
  }
  const full = count < traces.length || count === MAX_COUNT;
  const taken = traces.splice(0, count);
  const times = taken.map(({ timestamp }) => timestamp);
  const priorities = taken.map(({ priority }) => priority);
  const row = {
    session,
    seqFirst: seq,
    seqLast: seq + count - 1,
    priority: Math.max(...priorities),
    mixed: new Set(priorities).size > 1,
    count,
    bytes: bytes - 1,
    tMin: Math.min(...times),
    tMax: Math.max(...times),
    traceIds: [...new Set(taken.map(({ traceId }) => traceId))].filter(Boolean),
    codec: "json",
    data: `[${taken.map(({ text }) => text).join()}]`,
  };
  return { traces: taken, row, full };
}
