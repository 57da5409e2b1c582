// A queue that is not there: lanes, batches, slow writes, drops and dead letters, in steps of a tenth of a second.
// It keeps the law of accounts, so that what the inspector shows of it adds up.

import { PRIORITIES } from "./format.js";

const STEP = 100; // ms
const ROOM = 600; // traces held; few, so that something happens
const REJECTED = "StoreRejected: DataError: the value can't be cloned";
const ROWS_KEPT = 4_000;

const COUNTERS = "offered accepted refused evicted cancelled written dead queued inFlight retrying failures".split(" ");
const perLane = (make) => Object.fromEntries(PRIORITIES.map((priority) => [priority, make(priority)]));
const sumOf = (lanes, counter) => PRIORITIES.reduce((sum, priority) => sum + lanes[priority][counter], 0);

export class SampleQueue {
  lanes = perLane(() => []);
  counts = perLane(() => Object.fromEntries(COUNTERS.map((counter) => [counter, 0])));
  writing = []; // batches {traces, until}
  rows = []; // stored rows, oldest first, with their traces
  letters = [];
  mode = "priority";
  breaker = "closed";
  paused = false;
  #roll;
  #tell;
  #dropped = {};
  #latencies = perLane(() => []);
  #batches = 0;
  #full = 0;
  #startedAt = null;
  #seq = 0;
  #bytes = 0;

  constructor(session, roll, tell) {
    this.session = session;
    this.#roll = roll;
    this.#tell = tell;
  }

  offer(trace, now) {
    this.#startedAt ??= now;
    const count = this.counts[trace.priority];
    trace.size ??= JSON.stringify(trace).length;
    trace.at = now;
    count.offered += 1;
    const { id, name, priority, timestamp, duration, status, traceId, spanId, parentId, size } = trace;
    const isFull = this.#held() >= ROOM && !this.#evict(priority, now);
    this.#tell("trace", { id, name, priority, timestamp, duration, status, traceId, spanId, parentId, size, state: isFull ? "refused" : "queued" });
    if (isFull) return this.#drop("refused", "queue_full", priority);
    count.accepted += 1;
    count.queued += 1;
    this.#bytes += size;
    this.lanes[priority].push(trace);
  }

  /** One step of time; in trouble writes take long, and some fail. */
  step(now, inTrouble) {
    for (const batch of this.writing.filter(({ until }) => until <= now)) this.#end(batch, now);
    this.writing = this.writing.filter(({ until }) => until > now);
    const breaker = inTrouble && this.writing.length >= 4 ? "open" : inTrouble ? this.breaker : "closed";
    if (breaker !== this.breaker) this.#tell("breaker", { state: (this.breaker = breaker) });
    if (!this.paused && this.writing.length < (inTrouble ? 2 : 4)) this.#begin(now, inTrouble);
  }

  metrics(now) {
    const totals = Object.fromEntries(COUNTERS.map((counter) => [counter, sumOf(this.counts, counter)]));
    const uptime = now - (this.#startedAt ?? now);
    const lost = totals.refused + totals.evicted + totals.dead;
    const dropRate = lost ? lost / totals.offered : 0;
    const quantile = (share) => perLane((priority) => {
      const sorted = [...this.#latencies[priority]].sort((a, b) => a - b);
      return sorted.length ? sorted[Math.floor(share * (sorted.length - 1))] : null;
    });
    return {
      ...totals, byPriority: structuredClone(this.counts), droppedByReason: { ...this.#dropped },
      throughput: uptime ? (totals.written / uptime) * 1000 : 0,
      latencyP50: quantile(0.5), latencyP90: quantile(0.9), latencyP99: quantile(0.99),
      memoryUsage: this.#bytes * 9, heap: { used: 48e6 + this.#bytes, limit: 2e9 },
      pressure: this.#held() > ROOM * 0.9 ? "hard" : this.#held() > ROOM * 0.7 ? "soft" : "none",
      batches: this.#batches, fullBatches: this.#full, batchEfficiency: this.#batches ? this.#full / this.#batches : 0,
      dropRate, batchTarget: 60, breaker: this.breaker, mode: this.mode,
      health: this.#health(dropRate), oldest: perLane((priority) => this.#age(priority, now)),
      consent: true, uptime, storage: "indexeddb", journaled: 0, restarts: 0, waitingBytes: 0,
    };
  }

  held(id) { return this.unstored().find((trace) => trace.id === id); }
  unstored() { return [...this.writing.flatMap(({ traces }) => traces), ...PRIORITIES.flatMap((priority) => this.lanes[priority])]; }
  * stored() { for (const row of this.rows) yield* row.traces; }

  #health(dropRate) {
    const letters = this.letters.filter(({ resolution }) => !resolution).length;
    const reasons = [
      ...(this.breaker === "open" ? ["the circuit breaker is open"] : []),
      ...(this.#held() > ROOM * 0.7 ? [`the queue is ${Math.round((100 * this.#held()) / ROOM)}% full`] : []),
      ...(dropRate >= 0.01 ? [`${(100 * dropRate).toFixed(1)}% were dropped in the last hour`] : []),
      ...(letters >= 20 ? [`${letters} dead letters are not reviewed`] : []),
    ];
    const isUnhealthy = this.breaker === "open" || dropRate >= 0.05;
    return { grade: isUnhealthy ? "unhealthy" : reasons.length ? "degraded" : "healthy", reasons };
  }

  #age(priority, now) {
    const writing = this.writing.filter((batch) => batch.priority === priority).flatMap(({ traces }) => traces);
    const first = writing[0] ?? this.lanes[priority][0];
    return first ? now - first.at : null;
  }

  #held() { return sumOf(this.counts, "queued") + sumOf(this.counts, "inFlight"); }

  #evict(priority) {
    const lowest = PRIORITIES.toReversed().find((other) => this.lanes[other].length);
    if (!lowest || lowest === "critical" || PRIORITIES.indexOf(lowest) < PRIORITIES.indexOf(priority)) return false;
    const gone = this.lanes[lowest].shift();
    this.counts[lowest].queued -= 1;
    this.#bytes -= gone.size;
    this.#drop("evicted", "memory_pressure", lowest);
    return true;
  }

  #drop(fate, reason, priority) {
    this.counts[priority][fate] += 1;
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    this.#tell("drop", { reason, priority, count: 1 });
  }

  #begin(now, inTrouble) {
    for (const priority of PRIORITIES) {
      const lane = this.lanes[priority];
      if (!lane.length || (lane.length < 60 && now - lane[0].at < (priority === "critical" ? 0 : 1_000))) continue;
      const traces = lane.splice(0, 60);
      this.counts[priority].queued -= traces.length;
      this.counts[priority].inFlight += traces.length;
      const took = (inTrouble ? 900 : 18) * (0.4 + 1.4 * this.#roll());
      this.writing.push({ priority, traces, until: now + took, took, dies: inTrouble && this.#roll() < 0.08 });
      return;
    }
  }

  #end({ priority, traces, took, dies }, now) {
    const count = this.counts[priority];
    count.inFlight -= traces.length;
    const bytes = traces.reduce((sum, { size }) => sum + size, 0);
    this.#bytes -= bytes;
    const dead = dies ? traces.splice(0, 2) : [];
    if (dead.length) this.#bury(dead, priority, now);
    if (!traces.length) return;
    count.written += traces.length;
    for (const { at } of traces) this.#latencies[priority].push(now - at);
    this.#latencies[priority].splice(0, this.#latencies[priority].length - 400);
    this.#batches += 1;
    this.#full += traces.length >= 60 ? 1 : 0;
    this.#store(traces, priority, bytes);
    this.#tell("written", { ids: traces.map(({ id }) => id) });
    this.#tell("batch", { size: traces.length, bytes, full: traces.length >= 60, took, remaining: sumOf(this.counts, "queued") });
  }

  #bury(traces, priority, now) {
    this.counts[priority].dead += traces.length;
    this.counts[priority].failures += 4 * traces.length;
    this.#dropped.write_failed = (this.#dropped.write_failed ?? 0) + traces.length;
    const why = { reason: "write_failed", error: REJECTED, attempts: 4 };
    for (const trace of traces) {
      this.letters.push({ ...why, key: trace.id, at: now, count: 1, priority, names: [trace.name], resolution: null, trace });
    }
    this.#tell("error", { error: REJECTED, size: traces.length, attempts: 4, willRetry: false });
    this.#tell("deadletter", { size: traces.length, ids: traces.map(({ id }) => id) });
  }

  #store(traces, priority, bytes) {
    const times = traces.map(({ timestamp }) => timestamp);
    this.rows.push({
      key: this.#batches, session: this.session, seqFirst: this.#seq, seqLast: (this.#seq += traces.length) - 1,
      priority, mixed: false, count: traces.length, bytes,
      tMin: Math.min(...times), tMax: Math.max(...times), codec: this.#batches % 5 ? "json" : "json+gzip", traces,
    });
    if (this.rows.length > ROWS_KEPT) this.rows.shift();
  }
}

export { STEP };
