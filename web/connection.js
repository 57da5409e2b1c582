// Python's end of one page's wire: makes the page an endpoint, passes on what arrives, and lets go of it.

import { Texts } from "./parcel.js";
import { CRITICAL } from "./protocol.js";

export class Connection {
  #port;
  #makeEndpoint;
  #ended;
  #endpoint;
  #hasEnded = false;
  #turns = new MessageChannel();
  #turnIsDue = false;
  /** Of the lock that the page holds while it is there. */
  name;

  /** `makeEndpoint(post, awaitTurn)` resolves to one; `ended(this)` is called once there is none any more, `failed(error)`
   *  where Python itself has failed. */
  constructor(port, makeEndpoint, ended, failed) {
    this.#port = port;
    this.#makeEndpoint = makeEndpoint;
    this.#ended = ended;
    this.#turns.port1.onmessage = () => {
      try {
        this.#turn();
      } catch (error) {
        failed(error);
      }
    };
  }

  tell(message) {
    this.#port.postMessage(message);
  }

  /** Rejects where Python itself has failed. */
  async receive({ start, name, parcels, heap, call, method, args, end }) {
    if (this.#hasEnded) return; // it will hear of that
    if (start) await this.#start(start, name);
    else if (end) this.#end();
    else if (parcels) this.#take(parcels, heap);
    else if (call) await this.#answer(call, method, args);
  }

  /** What came before the call is there before it, and what it settled is told before its answer. */
  async #answer(call, method, args) {
    this.#turn();
    const json = await this.#endpoint.call(method, args);
    this.#turn();
    this.tell({ answer: call, json });
  }

  /** Writes what the endpoint has, and ends it; a page that comes back begins anew. */
  async close() {
    this.#hasEnded = true;
    await this.#endpoint?.call("shutdown", "[]");
    this.tell({ ended: "the page was away for too long" });
    this.#end();
  }

  async #start(options, name) {
    this.name = name;
    const endpoint = await this.#makeEndpoint((text) => this.tell(text), () => this.#turnSoon());
    const started = await endpoint.start(options);
    this.#endpoint = endpoint;
    if (this.#hasEnded) this.#end();
    else this.tell({ started });
  }

  #take(parcels, heap) {
    if (heap) this.#endpoint.heap(...heap);
    for (const parcel of parcels) {
      this.#endpoint.take(parcel.head, new Texts(parcel.array));
      parcel.array = undefined; // or the event would hold it until the next full collection
    }
    this.#turnSoon();
    if (parcels.some(({ priority }) => priority === CRITICAL)) this.#turn();
  }

  /** In a task of its own, behind the messages that are here already: a turn costs much, and hardly more for many. */
  #turnSoon() {
    if (!this.#turnIsDue) this.#turns.port2.postMessage(0);
    this.#turnIsDue = true;
  }

  #turn() {
    const isDue = this.#turnIsDue;
    this.#turnIsDue = false; // before it: one that ends some asks for another
    if (isDue) this.#endpoint?.turn();
  }

  /** As it is: what it has not written is somebody else's. */
  #end() {
    this.#hasEnded = true;
    this.#turns.port1.close();
    this.#endpoint?.abandon();
    this.#endpoint?.destroy();
    this.#endpoint = undefined;
    this.#ended(this);
  }
}
