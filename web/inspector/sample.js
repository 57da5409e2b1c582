// A source that plays a page with a busy shop: for demonstrations and tests. Seeded; its past begins some minutes ago.

import { dice, nameOf, Visitors } from "./sample_app.js";
import { answers } from "./sample_answers.js";
import { SampleSettings } from "./sample_settings.js";
import { SampleQueue, STEP } from "./sample_queue.js";

const RING = 20_000; // events that wait for a reader
const MEASURE = 500; // ms
const PAGE = 4_000; // events in one read

/** When the shop is in a rush, and when its disk is slow; seconds of a cycle of two minutes. */
const CYCLE = 120;
const isRush = (second) => (second >= 30 && second < 42) || (second >= 84 && second < 100);
const isTrouble = (second) => second >= 88 && second < 106;

export class SampleSource {
  /** `minutes` of past; `live` goes on from there; `commands` are allowed; `extra` traces, for long lists. */
  constructor({ seed = 7, minutes = 4, live = true, commands = true, extra = 0, traces = [], now = Date.now } = {}) {
    this.roll = dice(seed);
    this.now = now;
    this.commands = commands;
    this.settings = new SampleSettings();
    this.#live = live;
    this.#clock = this.#began = now() - minutes * 60_000;
    this.queue = new SampleQueue(`${nameOf(this.#began)}-1`, this.roll, (type, more) => this.#tell(type, more));
    this.#visitors = new Visitors(this.roll, this.#began);
    this.#catchUp(now());
    for (const trace of traces) this.queue.offer({ priority: "normal", timestamp: now(), duration: 0, attributes: {}, ...trace }, now());
    this.#add(extra);
  }

  #visitors;
  #live;
  #clock;
  #began;
  #events = [];
  #seq = 0;
  #answers = [];
  #tickets = 0;
  #work = new Map(); // ticket → iterator

  async read(cursor) {
    if (this.#live) this.#catchUp(this.now());
    this.#goOn();
    const since = cursor?.seq ?? 0;
    const first = this.#events[0]?.seq ?? this.#seq + 1;
    const from = Math.max(0, since + 1 - first);
    const events = this.#events.slice(from, from + PAGE);
    const seq = events.at(-1)?.seq ?? since;
    const client = {
      id: 1, database: "shop", session: nameOf(this.#began), runtime: "worker", mode: this.queue.mode, queue: this.queue.mode,
      commands: this.commands, metrics: this.queue.metrics(this.#clock),
    };
    // As what comes from a page does, all is a copy.
    const missed = Math.max(0, first - since - 1);
    const answers = this.#answers.splice(0);
    return structuredClone({ version: 1, epoch: "sample", cursor: { epoch: "sample", seq }, missed, clients: [client], events, answers });
  }

  async ask(client, what, args) {
    const ticket = ++this.#tickets;
    this.#work.set(ticket, answers(this, what, structuredClone(args ?? {})));
    return ticket;
  }

  cancel(ticket) { this.#work.delete(ticket); }

  /** What the queue's clock shows. */
  get time() { return this.#clock; }

  /** Each question gets a step further with each read, as a worker's pages come one by one. */
  #goOn() {
    for (const [ticket, steps] of this.#work) {
      try {
        const { done, value } = steps.next();
        this.#answers.push(done ? { ticket, done: true, value } : { ticket, done: false, progress: value });
        if (done) this.#work.delete(ticket);
      } catch (error) {
        this.#answers.push({ ticket, done: true, error: error.message });
        this.#work.delete(ticket);
      }
    }
  }

  #catchUp(now) {
    while (this.#clock + STEP <= now) {
      this.#clock += STEP;
      const second = ((this.#clock - this.#began) / 1000) % CYCLE;
      const [rush, trouble] = [isRush(second), isTrouble(second)];
      const visits = this.roll() < 0.55 + 0.3 * Math.sin(second / 9) ? 1 : 0;
      for (let n = 0; n < visits + (rush ? 5 : 0); n += 1) {
        for (const trace of this.#visitors.visit(this.#clock, trouble)) this.queue.offer(trace, this.#clock);
      }
      this.queue.step(this.#clock, trouble);
      const steps = Math.round((this.#clock - this.#began) / STEP);
      if (steps % (MEASURE / STEP) === 0) this.#tell("metrics", { metrics: this.queue.metrics(this.#clock) });
    }
  }

  #add(count) {
    const most = this.#events.length + count;
    for (let n = 0; n < count; n += 1) {
      const [{ attributes, error, ...trace }] = this.#visitors.visit(this.#clock - (count - n) * 20, false);
      this.#tell("trace", { ...trace, size: 200, state: "written" }, most);
    }
  }

  #tell(type, more, most = RING) {
    this.#events.push({ seq: ++this.#seq, at: this.#clock, client: 1, type, ...more });
    const room = Math.max(most, RING);
    if (this.#events.length > room * 1.1) this.#events.splice(0, this.#events.length - room);
  }
}
