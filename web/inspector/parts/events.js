// The last things that the queue told of itself, the newest first. What repeats itself within a few seconds is one line.

import { el } from "../dom.js";
import { clock, count, milliseconds, traces } from "../format.js";
import { shown } from "../shown.js";

const SHOWN = 14;
const TOGETHER = 5_000; // ms
const TOLD = ["seq", "at", "client", "type"];

const WORDS = {
  batch: ({ size, took, full }) => `${traces(size)} stored in ${milliseconds(took)}${full ? ", full" : ""}`,
  drop: ({ reason, priority, count: dropped }) => `${count(dropped)} ${priority} dropped: ${String(reason).replaceAll("_", " ")}`,
  breaker: ({ state }) => `circuit breaker is ${state}`,
  backpressure: ({ level }) => `pressure is ${level}`,
  error: ({ error, willRetry }) => `${error}${willRetry ? "; it will be tried again" : ""}`,
  deadletter: ({ size }) => `${traces(size)} given up`,
  drained: ({ written }) => `all is stored: ${count(written)}`,
  mode: ({ mode, paused, consent }) => {
    if (mode) return `queue is ${mode} now`;
    if (paused !== undefined) return paused ? "paused" : "goes on";
    return `consent ${consent ? "given" : "withdrawn"}`;
  },
};
const BAD = new Set(["drop", "error", "deadletter"]);

export class Events {
  #last = null;

  constructor() {
    this.list = el("ol", { className: "events" });
    this.note = el("p", { className: "note" }, "Nothing happened yet.");
    this.element = el("section", { className: "aside events-aside" }, el("h3", {}, "Lately"), this.list, this.note);
  }

  show(events) {
    if (events.at(-1) === this.#last) return;
    this.#last = events.at(-1);
    this.note.hidden = events.length > 0;
    this.list.replaceChildren(...gathered(events).slice(0, SHOWN).map(line));
  }
}

function line({ event, times }) {
  const parts = { kind: event.type, what: words(event), times: times > 1 ? `×${times}` : "" };
  return el("li", { className: BAD.has(event.type) ? "bad" : "" }, el("time", {}, clock(event.at).slice(0, 8)),
    ...Object.entries(parts).map(([className, text]) => el("span", { className }, text)));
}

function gathered(events) {
  const lines = [];
  for (let n = events.length - 1; n >= 0 && lines.length <= SHOWN; n -= 1) {
    const event = events[n];
    const key = [event.type, event.reason, event.priority, event.state].join();
    const line = lines.find((one) => one.key === key && one.event.at - event.at < TOGETHER);
    if (line) line.times += 1;
    else lines.push({ key, event, times: 1 });
  }
  return lines;
}

function words(event) {
  const told = Object.fromEntries(Object.entries(event).filter(([key]) => !TOLD.includes(key)));
  try {
    return shown(WORDS[event.type]?.(told) ?? JSON.stringify(told), 160);
  } catch {
    return shown(JSON.stringify(told), 160);
  }
}
