// A page among the others of its origin: it says that it lives, brings in what dead ones left, answers
// what other tabs ask, and one of all is the leader, who looks after what is stored. Loaded behind the start.

import { answer, lead } from "./control.js";
import { Database } from "./database.js";
import { hold } from "./locks.js";
import { livingPages, recover } from "./recovery.js";

const PATIENCE = 1000; // ms that another tab has to answer: it may be frozen
const NOTHING = { sessions: 0, traces: 0, unknown: 0 };
const STUBBORN = 10_000; // ms
const LEASE = 60_000; // ms that a leader leads without a sign, where there are no locks

export class Tab {
  #client;
  #prefix;
  #channel;
  #leaving;
  /** The page goes, or is frozen. */
  hasLeft = false;
  #asked = new Map();
  #number = 0;
  #guard;
  #tracks;

  /** `client` holds its parts. */
  constructor(client) {
    this.#client = client;
    this.#prefix = `pyqueue/${client.about().database}`;
    if (client.about().tracks) this.#tracks = this.#draw();
  }

  /** Joins the others, again after it left. Resolves to what was recovered. */
  async join() {
    const { session, database } = this.#client.about();
    if (this.hasLeft) this.#client.python().watch?.();
    this.hasLeft = false;
    this.#leaving = new AbortController();
    this.#channel ??= this.#listen();
    await this.#keep(`${this.#prefix}/${session}`);
    if (this.hasLeft) return NOTHING;
    this.#stand();
    const recovered = await this.#recover(database, session);
    if (recovered.sessions) this.#client.tell("recovered", recovered);
    return recovered;
  }

  /** Tried for a while: the database may fail at first. */
  async #recover(database, session) {
    const until = Date.now() + STUBBORN;
    for (let wait = 100; ; wait *= 2) {
      try {
        return await recover(database, session);
      } catch (error) {
        this.#client.tell("error", { error: String(error) });
      }
      if (this.hasLeft || Date.now() + wait > until) return NOTHING; // it is for a later visit
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** At once: the page may be gone when this returns, or be frozen and join again. */
  leave() {
    this.hasLeft = true;
    this.#client.python().unwatch?.();
    this.#leaving?.abort();
    this.#leaving = undefined;
    if (this.#guard && this.#client.state() === "python") this.#client.python().call("resign").catch(() => {});
    this.#guard = undefined;
    this.#channel?.close(); // a frozen page that gets a message is not kept for Back
    this.#channel = undefined;
  }

  get isLeader() {
    return !!this.#guard;
  }

  /** Has Python look after the rows, where this tab leads: also a new one, after the old was lost. */
  async lead() {
    const { tell } = this.#client;
    this.#tracks?.then((tracks) => tracks?.follow());
    if (this.#guard) await lead(this.#client, this.#guard).catch((error) => tell("error", { error: String(error) }));
  }

  /** The answers of the other tabs that live, by session. */
  async ask(method, ...args) {
    const { session, database } = this.#client.about();
    const others = (await livingPages(database)) ?? new Set();
    others.delete(session);
    const answers = new Map();
    if (!others.size || !this.#channel) return answers;
    const number = ++this.#number;
    await new Promise((resolve) => {
      setTimeout(resolve, PATIENCE);
      this.#asked.set(number, (from, result) => {
        answers.set(from, result);
        others.delete(from);
        if (!others.size) resolve();
      });
      this.#channel.postMessage({ from: session, ask: number, method, args });
    });
    this.#asked.delete(number);
    return answers;
  }

  async #draw() {
    try {
      const { Tracks } = await import("./devtools/tracks.js");
      return new Tracks(this.#client);
    } catch (error) {
      this.#client.tell("error", { error: String(error) });
    }
  }

  #listen() {
    const channel = new BroadcastChannel(this.#prefix);
    channel.onmessage = ({ data }) => this.#heard(channel, data ?? {}).catch(() => {}); // others may use it, too
    return channel;
  }

  async #heard(channel, { from, ask, method, args, to, number, result }) {
    const { session } = this.#client.about();
    if (to === session) return this.#asked.get(number)?.(from, result);
    if (ask) channel.postMessage({ from: session, to: from, number: ask, result: await answer(this.#client, method, args) });
  }

  /** Holds a lock until this page leaves; false where it can't be had. */
  async #keep(name) {
    const { signal } = this.#leaving;
    const release = await hold(name, signal);
    if (!release) return false;
    if (signal.aborted) release();
    signal.addEventListener("abort", release);
    return !signal.aborted;
  }

  /** Waits to be the leader. */
  async #stand() {
    const { signal } = this.#leaving;
    try {
      const hasLocks = globalThis.navigator?.locks;
      if (hasLocks && !(await this.#keep(`${this.#prefix}/leader`))) return;
      do {
        const guard = await this.#takeToken(!hasLocks);
        if (signal.aborted) return;
        if (guard !== this.#guard) this.lead((this.#guard = guard));
        if (!hasLocks) await new Promise((resolve) => setTimeout(resolve, LEASE / 2));
      } while (!hasLocks && !signal.aborted);
    } catch (error) {
      this.#client.tell("error", { error: String(error) });
    }
  }

  /** The next token of a leader: with the one before nobody changes anything any more. By lease: only
   *  once that of another has run out. */
  async #takeToken(byLease) {
    const { session, database } = this.#client.about();
    const now = Date.now();
    let taken;
    await new Database(database).transact("meta", "readwrite", (tx) => {
      const meta = tx.objectStore("meta");
      meta.get("leader").onsuccess = ({ target: { result = { token: 0 } } }) => {
        const isMine = result.holder === session;
        if (byLease && !isMine && result.until > now) return;
        const token = byLease && isMine ? result.token : result.token + 1;
        meta.put({ token, holder: session, until: now + LEASE }, "leader");
        taken = token;
      };
    });
    return taken;
  }
}
