// What is seldom needed of the database: errors in words, and a schema newer than ours.
// Loaded then.

import { named } from "./protocol.js";

const WORDS = {
  NotFoundError: ["StoreUnavailable", "it lacks pyqueue's stores; another may have made it"],
  QuotaExceededError: ["StoreFull", "no room"],
  TimeoutError: ["StoreUnavailable", "another tab may hold an older version open"],
};

/** The error of a page's database, under a name of pyqueue's where it has one. */
export function explained(error, name) {
  const [ours, words] = WORDS[error.name] ?? [error.name, "failed"];
  return named(ours, `IndexedDB ${JSON.stringify(name)}: ${words}: ${error.message}`);
}

/** Opens a database of a newer version, where that says that ours may go on. */
export async function openNewer(name, version, lost) {
  const db = await openAsItIs(name);
  const schema = await schemaOf(db).catch(() => {});
  if (schema?.oldest <= version) {
    db.onclose = db.onversionchange = lost;
    return db;
  }
  db.close();
  throw named("StoreUnavailable", `it is of a newer pyqueue (version ${db.version}): reload the page`);
}

function openAsItIs(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort(); // it has gone: the next time makes it
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // from the first moment
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

async function schemaOf(db) {
  const request = db.transaction("meta").objectStore("meta").get("schema");
  return new Promise((resolve) => {
    request.onsuccess = request.onerror = () => resolve(request.result);
  });
}
