// What the inspector knows of one client.

import { History } from "./history.js";
import { TraceLog } from "./trace_log.js";

const EVENTS = 500;
const BATCHES = 400;

export class Watched {
  history = new History();
  /** The last events that are no traces, oldest first. */
  events = [];
  /** Sizes of the last batches. */
  batches = [];

  constructor(about, kept) {
    this.log = new TraceLog(kept);
    this.about = about;
  }

  /** Where consent was withdrawn, what the page forgot is not kept here either. */
  meet(about) {
    this.about = about;
    if (about.metrics?.consent === false) this.log.clear();
  }

  get metrics() { return this.history.metrics ?? this.about.metrics; }

  take(events) {
    this.log.add(events.filter(({ type }) => type === "trace"));
    for (const event of events) {
      if (event.type === "written") this.log.ended(event.ids, "written");
      else if (event.type === "ended") this.log.ended(event.ids, event.fate);
      else if (event.type === "moved") this.log.moved(event.id, event.priority);
      else if (event.type === "metrics") this.history.add(event.at, event.metrics);
      else if (event.type !== "trace") this.#note(event);
    }
  }

  #note(event) {
    this.events.push(event);
    if (event.type === "batch") this.batches.push(event.size);
    if (this.events.length > 2 * EVENTS) this.events.splice(0, EVENTS);
    if (this.batches.length > 2 * BATCHES) this.batches.splice(0, BATCHES);
  }
}
