// The page's end of the wire to Python: boots it, hands traces over as it grants room, keeps what it
// sent until that is settled, calls it, and notices when it is gone.

import { connect, forsake } from "./connect.js";
import { flushAll } from "./flush.js";
import { hold } from "./locks.js";
import { forget, once, remembered } from "./once.js";
import { seal, take } from "./parcel.js";
import { FATES, MAX_COUNT, named, unwrap, zeros } from "./protocol.js";

const HEAP_INTERVAL = 1000; // ms
const HEAP_PATIENCE = 5000; // ms that it may take until the page has a moment for it

export class Python {
  #waiting;
  #listener;
  #remembered;
  #port;
  #starting;
  #name;
  #alive;
  #watching;
  #isClosing = false;
  #calls = new Map();
  #callNumber = 0;
  #granted = [0, 0, 0, 0];
  #sent = [0, 0];
  #unsettled = new Map(); // parcels' traces, by the number of the first
  #heap;
  #heapReadAt = -Infinity;
  account; // the metrics at the end
  /** Counts by priority: of what was sent, and of how it ended. */
  sent = zeros();
  settled = Object.fromEntries(FATES.map((fate) => [fate, zeros()]));
  /** Called with a fate and the traces that had it, if there is such a function; it must not throw. */
  onSettled;

  /** `listener` has tell(kind, payload), progress() and lost(reason). */
  constructor(waiting, listener) {
    this.#waiting = waiting;
    this.#listener = listener;
  }

  /** What was sent and may yet be lost with Python. */
  get unsettled() {
    return [...this.#unsettled.values()].flat();
  }

  /** Boots in a worker or in the page, as the client is by now: `changes` are calls that changed its queue since it began,
   *  with their arguments. Rejects where Python can't be had, or refuses the options. */
  async start(session, { runtime, database, config, queue, retention, changes = {} }) {
    const started = new Promise((resolve, reject) => (this.#starting = { resolve, reject }));
    started.catch(() => {}); // it is awaited below
    this.#remembered = remembered(config);
    const port = (this.#port = await connect(runtime));
    if (this.#isClosing) this.stop();
    port.onmessage = ({ data }) => this.#port && this.#receive(data);
    port.onerror = (event) => {
      event.preventDefault?.(); // it is told through `ready` and the error event
      if (this.#starting) this.#lose(event.message || "the worker could not be started");
    };
    this.#name = `pyqueue/${database}/${session}`;
    await Promise.race([started, this.watch()]);
    const options = JSON.stringify({ database, session, config, queue, retention, ...flags(), skew: port.skew ?? 0 });
    port.postMessage({ start: options, name: this.#name });
    const answer = unwrap(await started);
    for (const [method, args] of Object.entries(changes)) {
      const result = await this.call(method, ...args).catch(() => {}); // nobody asked for it now
      if (method === "setQueue" && result) answer.queue = result;
    }
    this.#starting = undefined; // from here on traces go over
    if (!this.#port) throw named("PythonLost", "it was lost as it began");
    return answer;
  }

  /** Sends what Python has room for, from when it is up until it closes: then it would refuse it. Of lanes
   *  in which at least so many wait: more than one amid a burst. */
  handOver(least = 1) {
    for (let parcel; (parcel = this.#next(least)); ) {
      const parcels = [parcel];
      // Small ones go together.
      for (let { count } = parcel; count < MAX_COUNT && (parcel = this.#next(least)); count += parcel.count) parcels.push(parcel);
      this.#port.postMessage({ parcels, heap: least > 1 ? undefined : this.#readHeap() });
    }
  }

  #next(least) {
    if (this.#starting || this.#isClosing) return undefined;
    const rooms = this.#granted.map((total, at) => total - this.#sent[at % 2]);
    let traces;
    do {
      const taken = take(this.#waiting, rooms, least);
      if (!taken.length) return undefined;
      traces = once(taken, this.#waiting, this.#listener.tell, this.#remembered);
    } while (!traces.length);
    const parcel = seal(traces);
    this.#unsettled.set(this.#sent[0] + 1, traces); // Python counts along
    this.#sent[0] += parcel.count;
    this.#sent[1] += parcel.size;
    this.sent[parcel.priority] += parcel.count;
    return parcel;
  }

  /** Rejects with PythonLost where Python ends before it has answered; nobody has to look. */
  call(method, ...args) {
    this.handOver(); // what was traced before the call is there before it
    const answer = new Promise((resolve, reject) => {
      if (!this.#port) throw named("PythonLost", "it was stopped");
      const json = JSON.stringify(args); // what can't be carried is the caller's to hear of
      this.#calls.set(++this.#callNumber, { resolve, reject });
      this.#port.postMessage({ call: this.#callNumber, method, args: json });
    });
    answer.catch(() => {});
    return answer;
  }

  flushAll = flushAll;

  /** All that waits now or was sent, or that the spool took while Python booted, is durable. */
  async flush(spool) {
    const mark = this.#waiting.newest;
    for (let more = true; more; ) {
      this.handOver();
      more = this.#waiting.holds(mark); // what has no room yet goes over behind this flush
      await Promise.all([this.call("flush"), spool?.drain()]);
    }
  }

  /** Ends Python's queue; its last account stays readable. If it is lost meanwhile, the page's journal has
   *  what was not settled. */
  async shutdown() {
    this.#isClosing = true;
    try {
      await this.call("shutdown");
      this.account = await this.call("metrics");
    } catch (error) {
      if (error.name !== "PythonLost") throw error;
    }
  }

  /** The page is there, from the start or again: it holds a lock, by which a shared worker knows; and notices when the
   *  worker is gone, which holds one for as long as it lives. */
  async watch() {
    const { signal } = (this.#watching = new AbortController());
    this.#awaitEnd();
    if (this.#port?.skew === undefined) return; // nobody else has its worker
    const release = await hold(this.#name, signal);
    signal.addEventListener("abort", release);
    if (signal.aborted) release?.();
  }

  /** A page that waits for a lock is not kept for Back. */
  unwatch() {
    this.#watching?.abort();
  }

  #awaitEnd() {
    const { signal } = this.#watching;
    if (this.#alive) navigator.locks.request(this.#alive, { signal }, () => this.#die("the worker is gone")).catch(() => {});
  }

  /** Ends it as it is. Whoever waits for an answer is told. */
  stop(reason = "it was stopped") {
    this.unwatch();
    this.#port?.postMessage({ end: true }); // one in the page itself can't be terminated
    this.#port?.terminate?.();
    this.#port?.close?.();
    this.#port = undefined;
    this.#isClosing = true;
    const error = named("PythonLost", reason);
    this.#starting?.reject(error);
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }

  #receive(data) {
    if (typeof data === "string") {
      const { grant, settled, event, payload } = JSON.parse(data);
      if (event) return this.#listener.tell(event, payload);
      this.#granted = grant;
      for (const [fate, runs] of Object.entries(settled)) runs.forEach((run) => this.#settle(fate, ...run));
      this.handOver();
      if (settled.written || settled.dead) this.#listener.progress(); // the store answers
    } else if (data.started) {
      this.#starting.resolve(data.started);
    } else if (data.alive) {
      this.#alive = data.alive;
      this.#awaitEnd();
    } else if (data.dead) {
      this.#die(data.dead);
    } else if (data.ended) {
      this.#lose(data.ended);
    } else {
      const { resolve, reject } = this.#calls.get(data.answer);
      this.#calls.delete(data.answer);
      try {
        resolve(unwrap(data.json));
      } catch (error) {
        reject(error);
      }
    }
  }

  /** What was sent under these numbers has ended: mostly whole parcels. */
  #settle(fate, first, last) {
    for (let number = first; number <= last; ) {
      const traces = this.#unsettled.get(number);
      if (traces && number + traces.length - 1 <= last) {
        this.#unsettled.delete(number);
        this.settled[fate][traces[0].priority] += traces.length;
        if (fate !== "written") forget(traces, this.#waiting); // they may come again
        this.onSettled?.(fate, traces);
        number += traces.length;
      } else this.#open(number);
    }
  }

  /** The traces of the parcel with this number in it, one by one from now on. */
  #open(number) {
    for (const [first, traces] of this.#unsettled) {
      if (number < first || number >= first + traces.length) continue;
      this.#unsettled.delete(first);
      return traces.forEach((trace, place) => this.#unsettled.set(first + place, [trace]));
    }
  }

  #die(reason) {
    if (this.#port?.skew !== undefined) forsake();
    this.#lose(reason);
  }

  #lose(reason) {
    if (!this.#port) return; // we ended it ourselves
    const isStarting = this.#starting;
    this.stop(reason);
    if (!isStarting) this.#listener.lost(reason);
  }

  /** What was read since the last time. To read it may take some ms: not in the middle of a burst. */
  #readHeap() {
    const heap = this.#heap;
    this.#heap = undefined;
    const { memory } = performance; // Chromium's, which has idle callbacks, too
    if (memory && performance.now() - this.#heapReadAt > HEAP_INTERVAL) {
      this.#heapReadAt = performance.now();
      requestIdleCallback(() => (this.#heap = [memory.usedJSHeapSize, memory.jsHeapSizeLimit]), { timeout: HEAP_PATIENCE });
    }
    return heap;
  }
}

/** What the URL and localStorage say of the queue; Python decides which of them counts. */
function flags() {
  const url = new URLSearchParams(globalThis.location?.search).get("pyqueue_queue");
  try {
    return { url, storage: globalThis.localStorage?.getItem("pyqueue.queue") ?? null };
  } catch { // storage is blocked: then it says nothing
    return { url, storage: null };
  }
}
