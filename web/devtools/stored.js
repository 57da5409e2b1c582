// What lies in the database, read by the page itself: it is to be seen, too, where the worker is stuck.

import { Database } from "../database.js";
import { accounts, traces } from "../reader.js";
import { PRIORITIES } from "../protocol.js";
import { letterSummary } from "./summary.js";

/** Rows without their data, newest first: at most `limit`, behind the key `before`, of which `isWanted`. */
export async function rowsOf(name, { limit, before, isWanted }) {
  const rows = [];
  const range = before == null ? null : IDBKeyRange.upperBound(before, true);
  await new Database(name).transact("segments", "readonly", (tx) => {
    tx.objectStore("segments").openCursor(range, "prev").onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor || rows.length >= limit) return;
      const { data, traceIds, priority, ...row } = cursor.value;
      if (isWanted(cursor.value)) rows.push({ key: cursor.key, ...row, priority: PRIORITIES[priority] });
      cursor.continue();
    };
  });
  return rows;
}

/** A row's traces; null where there is no such row (any more). */
export async function tracesOf(name, key) {
  const found = await get(name, "segments", key);
  return found ? traces(found) : null;
}

/** Oldest death first. */
export async function lettersOf(name) {
  const { result } = await new Database(name).transact("dead_letters", "readonly", (tx) => tx.objectStore("dead_letters").getAll());
  return result.sort((a, b) => a.time - b.time).map(letterSummary);
}

/** A letter's trace; null where there is none with this id. */
export async function letterOf(name, id) {
  const letter = await get(name, "dead_letters", id);
  return letter ? JSON.parse(letter.trace) : null;
}

/** Accounts, newest first: a session's name begins with its time. */
export async function sessionsOf(name) {
  const found = await accounts(name);
  return found.sort((a, b) => (a.session < b.session ? 1 : -1));
}

async function get(name, store, key) {
  const { result } = await new Database(name).transact(store, "readonly", (tx) => tx.objectStore(store).get(key));
  return result;
}
