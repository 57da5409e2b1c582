// The database as it is without Python: the same schema and rows as pyqueue/browser/indexeddb.py,
// described in web/README.md. Tests hold the two together. Pages open it nowhere else.

import { named } from "./protocol.js";

const VERSION = 3;
const OPEN_TIMEOUT = 5000; // ms; an upgrade that another tab blocks may never answer

/** What is seldom needed is no part of the page's script. */
const faults = () => import("./database_faults.js");

export class Database {
  #name;
  #opening;

  constructor(name) {
    this.#name = name;
  }

  /**
   * Calls `issue(tx)` at once, in one transaction; resolves to what it returned, when that is complete.
   * Callbacks of its requests may issue more. If `issue` throws, nothing is written. `options` are
   * IndexedDB's own.
   */
  async transact(stores, mode, issue, options) {
    try {
      const tx = await this.#begin(stores, mode, options).catch((error) => {
        this.#forget();
        if (error.name !== "InvalidStateError") throw error;
        return this.#begin(stores, mode, options); // it was closing; nothing is written yet
      });
      return await new Promise((resolve, reject) => {
        let result;
        tx.oncomplete = () => resolve(result);
        tx.onabort = () => reject(tx.error ?? Error("aborted"));
        try {
          result = issue(tx);
        } catch (error) {
          reject(error);
          tx.abort(); // or what was issued before it would be written
        }
      });
    } catch (error) {
      this.#forget();
      throw await faults().then(({ explained }) => explained(error, this.#name), () => error);
    }
  }

  /**
   * Writes rows and the session's account in one transaction; durable when it resolves. Where a fence
   * has taken the writer's name, nothing is written (StoreFenced).
   */
  async write(rows, account, strict) {
    let mine;
    const put = (tx) => {
      mine = tx.objectStore("ledger").put({ ...account, writer: account.session });
      for (const row of rows) tx.objectStore("segments").put(row);
      commit(tx);
    };
    try {
      await this.transact(["segments", "ledger"], "readwrite", put, { durability: strict ? "strict" : "relaxed" });
    } catch (error) {
      // Else it was a row's place that is taken.
      if (error.name === "ConstraintError" && mine.error?.name === error.name) throw named("StoreFenced", account.session);
      throw error;
    }
  }

  async #begin(stores, mode, options) {
    this.#opening ??= connect(this.#name, () => this.#forget());
    return (await this.#opening).transaction(stores, mode, options);
  }

  /** The next transaction opens again. Those under way end as they end. */
  #forget() {
    this.#opening?.then((db) => db.close(), () => {});
    this.#opening = undefined;
  }
}

/** Without it, a renderer that dies now takes the rows along. To be called after the last request. */
export function commit(tx) {
  // After it, Firefox (153) completes a transaction although a request failed: no fence would hold.
  if (!/Firefox/.test(navigator.userAgent)) tx.commit();
}

function connect(name, lost) {
  let late;
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION);
    late = setTimeout(() => {
      request.onsuccess = () => request.result.close(); // late; nobody waits for it any more
      reject(named("TimeoutError"));
    }, OPEN_TIMEOUT);
    request.onupgradeneeded = ({ oldVersion }) => {
      try {
        upgrade(request.result, request.transaction, oldVersion);
      } catch (error) {
        reject(error);
        request.transaction.abort();
      }
    };
    request.onerror = () => {
      if (request.error.name !== "VersionError") return reject(request.error);
      resolve(faults().then(({ openNewer }) => openNewer(name, VERSION, lost)));
    };
    request.onsuccess = () => {
      request.result.onclose = request.result.onversionchange = lost;
      resolve(request.result);
    };
  }).finally(() => clearTimeout(late));
}

function upgrade(db, tx, oldVersion) {
  if (!oldVersion) {
    const segments = db.createObjectStore("segments", { autoIncrement: true });
    segments.createIndex("order", ["session", "seqFirst"], { unique: true });
    segments.createIndex("end", ["session", "seqLast"], { unique: true });
    segments.createIndex("priority", "priority");
    segments.createIndex("time", "tMax");
    segments.createIndex("traceIds", "traceIds", { multiEntry: true });
    db.createObjectStore("dead_letters", { keyPath: "id" });
    db.createObjectStore("ledger", { keyPath: "session" });
    db.createObjectStore("meta");
  }
  if (oldVersion < 2) {
    tx.objectStore("ledger").createIndex("writer", "writer", { unique: true });
    tx.objectStore("segments").createIndex("upkeep", ["priority", "tMax", "codec", "count", "bytes"]);
  }
  tx.objectStore("segments").createIndex("start", "tMin");
  tx.objectStore("meta").put({ version: VERSION, oldest: 1 }, "schema");
}
