// Takes what tools ask, and keeps the answers until they come for them.
//
// Each tool that reads is a reader with a name, which its cursor bears. An answer waits for the reader who asked, or,
// where that is not known, for all who read now: they know their tickets.

import { cut } from "./summary.js";

const AHEAD = 8; // pages of an answer that may wait to be read: a tool that reads slowly is waited for
const MAX_READ = 4 * 2 ** 20; // characters of answers given at a time, and at least one

export class Desk {
  #tickets = 0;
  #open = new Map(); // ticket → {ending, reader}
  #boxes = new Map(); // reader → [{answer, length, taken}]; "" is whoever reads first

  /** Has `work({signal, progress})` done; returns the ticket at once. `progress(about)` resolves when there is room for
   *  more. */
  open(work, reader = "") {
    const ticket = ++this.#tickets;
    const ending = new AbortController();
    this.#open.set(ticket, { ending, reader });
    if (reader) this.#box(reader);
    this.#run(ticket, ending.signal, work, reader);
    return ticket;
  }

  cancel(ticket) {
    this.#open.get(ticket)?.ending.abort(new Error("cancelled"));
  }

  /** What this reader has not got yet. */
  take(reader) {
    const box = this.#box(reader);
    const given = [];
    for (let length = 0; box.length && (!given.length || length + box[0].length <= MAX_READ); ) {
      const { answer, length: more, taken } = box.shift();
      length += more;
      given.push(answer);
      taken();
    }
    return given;
  }

  /** This one reads no more; "" is everyone. */
  forget(reader) {
    for (const [ticket, one] of [...this.#open]) if (!reader || one.reader === reader) this.cancel(ticket);
    if (reader) this.#boxes.delete(reader);
    else this.#boxes.clear();
  }

  async #run(ticket, signal, work, reader) {
    const aborted = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const unread = [];
    const progress = async (about) => {
      signal.throwIfAborted();
      unread.push(this.#put({ ticket, done: false, progress: about }, reader));
      if (unread.length >= AHEAD) await Promise.race([unread.shift(), aborted]);
    };
    let end;
    try {
      const value = await Promise.race([aborted, work({ signal, progress })]);
      end = { value: value ?? null };
    } catch (error) {
      end = { error: cut(String(error?.message || error), 1000) };
    }
    this.#open.delete(ticket);
    this.#put({ ticket, done: true, ...end }, reader);
  }

  /** Resolves when somebody has taken it. */
  #put(answer, reader) {
    const { length } = JSON.stringify(answer);
    const all = this.#boxes.size ? [...this.#boxes.values()] : [this.#box("")];
    const boxes = reader ? [this.#boxes.get(reader) ?? []] : all;
    return new Promise((taken) => boxes.forEach((box) => box.push({ answer, length, taken })));
  }

  #box(reader) {
    if (!this.#boxes.has(reader)) {
      this.#boxes.set(reader, this.#boxes.get("") ?? []);
      if (reader) this.#boxes.delete("");
    }
    return this.#boxes.get(reader);
  }
}
