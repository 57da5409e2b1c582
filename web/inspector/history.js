// Metrics over time, as columns for the plots: the last ten minutes.

import { PRIORITIES } from "./format.js";

const POINTS = 1_200;
const SPARE = 100;
const QUIET = 1_500; // ms without news, after which all is as it was

const SMOOTH = 2; // s; one moment a batch is written, the next none is

const PER_LANE = ["depth", "written", "rate", "p50", "p99"];

export const held = (lane) => (lane?.queued ?? 0) + (lane?.inFlight ?? 0) + (lane?.retrying ?? 0);
export const dropped = (lane) => (lane?.refused ?? 0) + (lane?.evicted ?? 0) + (lane?.dead ?? 0);

export class History {
  times = []; // s since the epoch, as uPlot has them
  memory = [];
  lanes = Object.fromEntries(PRIORITIES.map((priority) => [priority, Object.fromEntries(PER_LANE.map((kind) => [kind, []]))]));
  metrics = null;
  #at = 0; // of the last point, ms

  add(at, metrics) {
    if (at <= this.#at) return;
    this.times.push(at / 1_000);
    const before = Math.max(0, this.times.findLastIndex((time) => time <= at / 1_000 - SMOOTH));
    const seconds = at / 1_000 - this.times[before];
    this.memory.push(metrics.memoryUsage ?? null);
    for (const priority of PRIORITIES) {
      const lane = metrics.byPriority?.[priority];
      const columns = this.lanes[priority];
      columns.depth.push(held(lane));
      columns.written.push(lane?.written ?? 0);
      columns.rate.push(seconds ? Math.max(0, (lane?.written ?? 0) - columns.written[before]) / seconds : 0);
      columns.p50.push(metrics.latencyP50?.[priority] ?? null);
      columns.p99.push(metrics.latencyP99?.[priority] ?? null);
    }
    [this.metrics, this.#at] = [metrics, at];
    if (this.times.length >= POINTS + SPARE) for (const column of this.#columns()) column.splice(0, SPARE);
  }

  /** The hook tells metrics that changed. Where it tells none, the lines go on as they are. */
  quiet(now) {
    if (!this.metrics || now - this.#at < QUIET) return false;
    this.add(now, this.metrics);
    return true;
  }

  /** ms for which a lane's oldest trace has waited; null where none does. */
  age(priority, now) {
    const then = this.metrics?.oldest?.[priority];
    return then == null ? null : then + Math.max(0, now - this.#at);
  }

  /** Written a second, lately. */
  rate(priority) { return this.lanes[priority].rate.at(-1) ?? 0; }

  /** The most that ever waited in a lane, of what is remembered. */
  get peak() { return PRIORITIES.reduce((most, priority) => this.lanes[priority].depth.reduce((a, b) => Math.max(a, b), most), 1); }

  *#columns() {
    yield this.times;
    yield this.memory;
    for (const columns of Object.values(this.lanes)) yield* Object.values(columns);
  }
}
