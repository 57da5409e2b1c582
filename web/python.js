// The page's end of the wire to Python: boots it, hands traces over as it grants room, calls it.

import { lane, unwrap } from "./protocol.js";

/** Traces in one message; a large backlog goes in several, so that Python can write in between. */
const MAX_COUNT = 500;
const HEAP_INTERVAL = 50; // ms; Chromium refreshes its figures no faster

export class Python {
  #waiting;
  #port;
  #calls = new Map();
  #callNumber = 0;
  #granted = [0, 0];
  #sent = [0, 0];
  #heapReadAt = -Infinity;
  #onEvent;
  account; // the metrics at the end

  constructor(waiting, onEvent) {
    this.#waiting = waiting;
    this.#onEvent = onEvent;
  }

  /** Boots in a worker or in the page. Rejects where Python can't be had, or refuses the options. */
  async start(runtime, options) {
    const port = (this.#port = await connect(runtime));
    const started = new Promise((resolve, reject) => {
      port.onmessage = ({ data }) => this.#receive(data, resolve);
      port.onerror = (event) => {
        event.preventDefault?.(); // it is told through `ready` and the error event
        reject(new Error(event.message || "the worker could not be started"));
      };
    });
    port.postMessage({ start: options });
    return unwrap(await started);
  }

  /** Sends what Python has room for. */
  handOver() {
    for (;;) {
      const room = Math.min(MAX_COUNT, this.#granted[0] - this.#sent[0]);
      const runs = this.#waiting.take(room, this.#granted[1] - this.#sent[1]);
      if (!runs.length) return;
      for (const { size } of runs.flatMap(([, traces]) => traces)) {
        this.#sent[0] += 1;
        this.#sent[1] += size;
      }
      const lanes = runs.map(([priority, traces]) => lane(priority, traces));
      this.#port.postMessage({ lanes, heap: this.#readHeap() });
    }
  }

  call(method, ...args) {
    return new Promise((resolve, reject) => {
      this.#calls.set(++this.#callNumber, { resolve, reject });
      this.#port.postMessage({ call: this.#callNumber, method, args });
    });
  }

  /** Ends Python's queue; its last account stays readable. */
  async shutdown() {
    await this.call("shutdown");
    this.account = await this.call("metrics");
  }

  stop() {
    this.#port?.terminate?.();
    this.#port?.close?.();
  }

  #receive(data, onStarted) {
    if (typeof data === "string") {
      const { grant, event, payload } = JSON.parse(data);
      if (event) return this.#onEvent(event, payload);
      this.#granted = grant;
      this.handOver();
    } else if (data.started) {
      onStarted(data.started);
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

  #readHeap() {
    const { memory } = performance;
    if (!memory || performance.now() - this.#heapReadAt < HEAP_INTERVAL) return undefined;
    this.#heapReadAt = performance.now();
    return [memory.usedJSHeapSize, memory.jsHeapSizeLimit];
  }
}

async function connect(runtime) {
  const url = new URL("./worker.js", import.meta.url);
  if (runtime === "worker") return new Worker(url, { type: "module", name: "pyqueue" });
  const { serve } = await import("./worker.js");
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  return port2;
}
