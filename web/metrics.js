// One account of both sides: Python's queue, those that were lost before it, and what waits or was
// spooled on the page's. Loaded when metrics are first asked for.

import { FATES, PRIORITIES, sum, zeros } from "./protocol.js";

/** The counters of the law. */
const COUNTERS = [
  "offered", "accepted", "refused", "evicted", "cancelled", "written", "dead",
  "queued", "inFlight", "retrying", "failures",
];

const NO_SPOOL = { held: [], written: zeros(), failures: zeros(), batches: 0, fullBatches: 0 };

const perPriority = (make) => Object.fromEntries(PRIORITIES.map((name, p) => [name, make(name, p)]).reverse());

/** `answer` is Python's to its `metrics` call, or undefined where there is none. */
export function merge(answer, client, { mode, uptime }) {
  const { waiting, past, journal, restarts, failing } = client.facts();
  const sides = { answer, waiting, past, spool: client.spool() ?? NO_SPOOL, python: client.python() };
  const { received, ...theirs } = answer ?? {};
  const counts = perPriority((name, p) => addUp(sides, name, p));
  const totals = Object.fromEntries(
    COUNTERS.map((key) => [key, sum(Object.values(counts).map((count) => count[key]))]),
  );
  const batches = (answer?.batches ?? 0) + sides.spool.batches;
  const urgentBatches = answer?.urgentBatches ?? 0;
  const fullBatches = (answer?.fullBatches ?? 0) + sides.spool.fullBatches;
  const lost = totals.refused + totals.evicted + totals.dead;
  const none = perPriority(() => null);
  return {
    avgLatency: none, latencyP50: none, latencyP90: none, latencyP99: none, latencyMax: none,
    memoryUsage: 0, heap: null, pressure: "none", batchTarget: 0, breaker: "closed", mode,
    ...theirs,
    ...totals,
    byPriority: counts,
    droppedByReason: addReasons(answer?.droppedByReason, waiting.dropped, reasonsOf(past)),
    batches,
    fullBatches,
    urgentBatches,
    batchEfficiency: batches > urgentBatches ? fullBatches / (batches - urgentBatches) : 0,
    dropRate: lost ? lost / totals.offered : 0,
    throughput: uptime ? (totals.written / uptime) * 1000 : 0,
    waitingBytes: waiting.bytes,
    storage: failing ? (journal.failed ? "memory" : "journal") : "indexeddb",
    journaled: journal.kept,
    restarts,
    uptime,
  };
}

function addUp({ answer, waiting, past, spool, python }, name, p) {
  const theirs = answer?.byPriority[name] ?? Object.fromEntries(COUNTERS.map((key) => [key, 0]));
  // Of a Python that does not answer any more is known what it settled.
  const settled = Object.fromEntries(FATES.map((fate) => [fate, answer ? 0 : python.settled[fate][p]]));
  const onTheWay = python.sent[p] - (answer?.received[p] ?? sum(Object.values(settled)));
  const queued = waiting.counts[p] + onTheWay;
  const inFlight = spool.held.filter(({ priority }) => priority === p).length;
  const fates = Object.fromEntries(FATES.map((fate) => [fate, past[fate][p] + settled[fate]]));
  const ended = fates.written + fates.evicted + fates.cancelled + fates.dead;
  const accepted = queued + inFlight + spool.written[p] + waiting.evicted[p] + ended;
  const refused = waiting.refused[p] + fates.refused;
  return {
    ...theirs,
    offered: theirs.offered + accepted + refused,
    accepted: theirs.accepted + accepted,
    refused: theirs.refused + refused,
    evicted: theirs.evicted + waiting.evicted[p] + fates.evicted,
    cancelled: theirs.cancelled + fates.cancelled,
    written: theirs.written + spool.written[p] + fates.written,
    dead: theirs.dead + fates.dead,
    queued: theirs.queued + queued,
    inFlight: theirs.inFlight + inFlight,
    failures: theirs.failures + spool.failures[p],
  };
}

/** A Python that was lost took its reasons along. */
function reasonsOf({ refused, evicted, dead }) {
  const unknown = sum([...refused, ...evicted, ...dead]);
  return unknown ? { unknown } : {};
}

function addReasons(...reasons) {
  const all = {};
  for (const some of reasons) {
    for (const [reason, count] of Object.entries(some ?? {})) all[reason] = (all[reason] ?? 0) + count;
  }
  return all;
}
