// What the inspector knows of one client.

import { History } from "./history.js";
import { PRIORITIES } from "./format.js";
import { held } from "./history.js";
import { TraceLog } from "./trace_log.js";

const EVENTS = 500;
const BATCHES = 400;

export class Watched {
  log = new TraceLog();
  history = new History();
  /** The last events that are no traces, oldest first. */
  events = [];
  /** Sizes of the last batches. */
  batches = [];

  constructor(about) {
    this.about = about;
  }

  get metrics() { return this.history.metrics ?? this.about.metrics; }

  take(events) {
    this.log.add(events.filter(({ type }) => type === "trace"));
    for (const event of events) {
      if (event.type === "written") this.log.written(event.ids);
      else if (event.type === "metrics") this.#measure(event);
      else if (event.type !== "trace") this.#note(event);
    }
  }

  #measure({ at, metrics }) {
    this.history.add(at, metrics);
    for (const priority of PRIORITIES) this.log.settle(priority, held(metrics.byPriority?.[priority]));
  }

  #note(event) {
    this.events.push(event);
    if (event.type === "batch") this.batches.push(event.size);
    if (this.events.length > 2 * EVENTS) this.events.splice(0, EVENTS);
    if (this.batches.length > 2 * BATCHES) this.batches.splice(0, BATCHES);
  }
}
