// What the inspector knows, from what its source tells. Views read it; only here it is written.

import { Asks } from "./asks.js";
import { Watched } from "./watched.js";

const PACE = 250; // ms between two reads
const WORKING = 50; // while an answer is awaited, or there is more to read
const MANY = 1_000; // events: there may be more
const MAX_PACE = 5_000; // while the source fails

export class Store {
  /** What went wrong with the last read; null where nothing did. */
  trouble = null;
  /** Events that came and went between two reads. */
  missed = 0;
  /** The clients that are there, by their ids, as Watched. */
  clients = new Map();
  #source;
  #asks;
  #cursor = null;
  #epoch = null;
  #chosen = null;
  #listeners = new Set();
  #timer = 0;
  #running = false;
  #reading = false;
  #failures = 0;
  #hasMore = false;

  constructor(source) {
    this.#source = source;
    this.#asks = new Asks(source);
  }

  /** The client that is looked at; undefined where there is none yet. */
  get client() { return this.clients.get(this.#chosen) ?? this.clients.values().next().value; }
  get chosen() { return this.client?.about.id; }
  /** Whether the source is a file, which does not go on, and has nothing but traces. */
  get isFile() { return this.#source.isFile ?? false; }
  get work() { return [...this.#asks.open.values()].filter(({ label }) => label); }

  choose(id) {
    this.#chosen = id;
    this.#tell();
  }

  /** Calls back after each read that told anything; returns a function that ends it. */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads from now on; that is what makes the page record. */
  start() {
    this.#running = true;
    if (!this.#reading) this.#turn();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Resolves to the answer. With a label people see its progress, and may cancel it. */
  async ask(what, args, options) {
    if (this.chosen === undefined) throw new Error("no client of pyqueue is there to be asked");
    const answer = this.#asks.ask(this.chosen, what, args, options);
    this.#hurry();
    try {
      return await answer;
    } finally {
      this.#tell();
    }
  }

  async #turn() {
    clearTimeout(this.#timer);
    this.#reading = true;
    try {
      this.#take(await this.#source.read(this.#cursor));
      this.trouble = null;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.trouble = String(error?.message ?? error);
      this.#tell();
    }
    this.#reading = false;
    const pace = this.#asks.open.size || this.#hasMore ? WORKING : PACE;
    if (this.#running) this.#timer = setTimeout(() => this.#turn(), Math.min(pace * 2 ** this.#failures, MAX_PACE));
  }

  #hurry() {
    if (!this.#running || this.#reading) return; // the turn that is under way sees that there is a question
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#turn(), WORKING);
  }

  #take({ epoch, cursor, missed, clients, events, answers }) {
    if (this.#epoch !== null && epoch !== this.#epoch) {
      this.clients.clear();
      this.#asks.giveUp("the page was loaded anew");
    }
    [this.#epoch, this.#cursor] = [epoch, cursor];
    this.missed += missed ?? 0;
    this.#hasMore = events.length >= MANY;
    const isNews = this.#meet(clients) | this.#sort(events);
    for (const answer of answers) this.#asks.take(answer);
    if (isNews || answers.length || this.trouble) this.#tell();
  }

  #meet(clients) {
    const ids = new Set(clients.map(({ id }) => id));
    const gone = [...this.clients.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.clients.delete(id);
    for (const about of clients) {
      const known = this.clients.get(about.id);
      if (known) known.meet(about);
      else this.clients.set(about.id, new Watched(about, this.isFile ? Infinity : undefined));
    }
    return gone.length > 0;
  }

  #sort(events) {
    let isNews = events.length > 0;
    const now = Date.now();
    const byClient = Map.groupBy(events, ({ client }) => client);
    for (const [id, watched] of this.clients) {
      const told = byClient.get(id);
      if (told) watched.take(told);
      else if (!this.isFile && watched.history.quiet(now)) isNews = true;
    }
    return isNews;
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
