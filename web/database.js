// The database as it is without Python: the same schema and rows as pyqueue/browser/indexeddb.py,
// described in web/README.md. Tests hold the two together.

const VERSION = 1;

const asPromise = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export class Database {
  #name;
  #opening;

  constructor(name) {
    this.#name = name;
  }

  #open() {
    return (this.#opening ??= this.#connect().catch((error) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  async #connect() {
    const request = indexedDB.open(this.#name, VERSION);
    request.onupgradeneeded = () => createStores(request.result);
    const db = await asPromise(request);
    const forget = () => (this.#opening = undefined);
    db.onclose = forget;
    db.onversionchange = () => (db.close(), forget());
    return db;
  }

  /** Writes rows and the session's account in one transaction; durable when it resolves. */
  async write(rows, account, strict) {
    const db = await this.#open();
    const durability = strict ? "strict" : "relaxed";
    const tx = db.transaction(["segments", "ledger"], "readwrite", { durability });
    for (const row of rows) tx.objectStore("segments").put(row);
    tx.objectStore("ledger").put(account);
    tx.commit(); // without it, a renderer that dies now takes the rows along
    await new Promise((resolve, reject) => {
      tx.oncomplete = resolve;
      tx.onabort = () => reject(tx.error ?? new DOMException("aborted", "AbortError"));
    });
  }

  /** All rows, as they were written. */
  async rows() {
    const db = await this.#open();
    return asPromise(db.transaction("segments").objectStore("segments").index("order").getAll());
  }
}

function createStores(db) {
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
