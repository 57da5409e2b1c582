// One account of both sides: Python's queue, and what waits or was spooled on the page's.
// Loaded when metrics are first asked for.

import { PRIORITIES } from "./protocol.js";

/** The counters of the law. */
const COUNTERS = [
  "offered", "accepted", "refused", "evicted", "cancelled", "written", "dead",
  "queued", "inFlight", "retrying", "failures",
];

const sum = (counts) => counts.reduce((total, count) => total + count, 0);
const perPriority = (make) => Object.fromEntries(PRIORITIES.map((name, p) => [name, make(name, p)]).reverse());

/** `python` is the answer to its `metrics` call, or undefined where there is none. */
export function merge(python, waiting, spool, { mode, uptime }) {
  const { received, ...theirs } = python ?? {};
  const counts = perPriority((name, p) => addUp(python, waiting, spool, name, p));
  const totals = Object.fromEntries(
    COUNTERS.map((key) => [key, sum(Object.values(counts).map((count) => count[key]))]),
  );
  const batches = (python?.batches ?? 0) + spool.batches;
  const urgentBatches = python?.urgentBatches ?? 0;
  const fullBatches = (python?.fullBatches ?? 0) + spool.fullBatches;
  const lost = totals.refused + totals.evicted + totals.dead;
  const none = perPriority(() => null);
  return {
    avgLatency: none, latencyP50: none, latencyP90: none, latencyP99: none, latencyMax: none,
    memoryUsage: 0, heap: null, pressure: "none", batchTarget: 0, breaker: "closed", mode,
    ...theirs,
    ...totals,
    byPriority: counts,
    droppedByReason: addReasons(python?.droppedByReason, waiting.dropped),
    batches,
    fullBatches,
    urgentBatches,
    batchEfficiency: batches > urgentBatches ? fullBatches / (batches - urgentBatches) : 0,
    dropRate: lost ? lost / totals.offered : 0,
    throughput: uptime ? (totals.written / uptime) * 1000 : 0,
    waitingBytes: waiting.bytes,
    uptime,
  };
}

function addUp(python, waiting, spool, name, p) {
  const theirs = python?.byPriority[name] ?? Object.fromEntries(COUNTERS.map((key) => [key, 0]));
  const onTheWay = waiting.sent[p] - (python?.received[p] ?? 0);
  const queued = waiting.counts[p] + onTheWay;
  const inFlight = spool.held.filter(({ priority }) => priority === p).length;
  const accepted = queued + inFlight + spool.written[p] + waiting.evicted[p];
  return {
    ...theirs,
    offered: theirs.offered + accepted + waiting.refused[p],
    accepted: theirs.accepted + accepted,
    refused: theirs.refused + waiting.refused[p],
    evicted: theirs.evicted + waiting.evicted[p],
    written: theirs.written + spool.written[p],
    queued: theirs.queued + queued,
    inFlight: theirs.inFlight + inFlight,
    failures: theirs.failures + spool.failures[p],
  };
}

function addReasons(...reasons) {
  const all = {};
  for (const some of reasons) {
    for (const [reason, count] of Object.entries(some ?? {})) all[reason] = (all[reason] ?? 0) + count;
  }
  return all;
}
