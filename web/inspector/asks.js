// Questions to the page that are under way: a ticket each, whose answers come with the reads.

const UNCLAIMED = 100; // answers that came before their ticket did

export class Asks {
  /** Those that people should see, and may cancel: {what, label, progress, cancel()}. */
  open = new Map();
  #source;
  #early = new Map();

  constructor(source) {
    this.#source = source;
  }

  /** Resolves to the answer's value. `onProgress` gets {done, total?, items?}; the signal cancels. */
  async ask(client, what, args = {}, { label = null, onProgress = null, signal = null } = {}) {
    signal?.throwIfAborted();
    const ticket = await this.#source.ask(client, what, args);
    return await new Promise((resolve, reject) => {
      const one = { what, label, progress: null, onProgress, resolve, reject, cancel: () => this.#cancel(ticket) };
      this.open.set(ticket, one);
      signal?.addEventListener("abort", one.cancel, { once: true });
      if (signal?.aborted) one.cancel();
      for (const answer of this.#early.get(ticket) ?? []) this.take(answer);
      this.#early.delete(ticket);
    });
  }

  take(answer) {
    const one = this.open.get(answer.ticket);
    if (!one) return this.#keep(answer);
    if (!answer.done) {
      one.progress = answer.progress;
      one.onProgress?.(answer.progress);
      return;
    }
    this.open.delete(answer.ticket);
    if ("error" in answer) one.reject(new Error(answer.error));
    else one.resolve(answer.value);
  }

  /** The page that was asked is gone. */
  giveUp(reason) {
    for (const one of this.open.values()) one.reject(new Error(reason));
    this.open.clear();
    this.#early.clear();
  }

  #cancel(ticket) {
    const one = this.open.get(ticket);
    if (!one) return;
    this.open.delete(ticket);
    Promise.resolve(this.#source.cancel(ticket)).catch(() => {});
    one.reject(new DOMException("It was cancelled", "AbortError"));
  }

  #keep(answer) {
    this.#early.set(answer.ticket, [...(this.#early.get(answer.ticket) ?? []), answer]);
    if (this.#early.size > UNCLAIMED) this.#early.delete(this.#early.keys().next().value);
  }
}
