// Plain IndexedDB, for what is written by hand and for looking into what others wrote.

export const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export const done = (tx) =>
  new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });

/** Opens a database; `upgrade(db)` makes it where there is none. */
export function open(name, upgrade) {
  const request = indexedDB.open(name, upgrade && 1);
  if (upgrade) request.onupgradeneeded = () => upgrade(request.result);
  return answer(request);
}

export async function count(name, store) {
  const db = await open(name);
  const found = await answer(db.transaction(store).objectStore(store).count());
  db.close();
  return found;
}

/** Traces in the rows of a database that pyqueue, or a reference, wrote. */
export async function countInRows(name) {
  const db = await open(name);
  const keys = [];
  const tx = db.transaction("segments");
  tx.objectStore("segments").index("upkeep").openKeyCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    keys.push(cursor.key);
    cursor.continue();
  };
  await done(tx);
  db.close();
  return keys.reduce((sum, [, , , held]) => sum + held, 0);
}

/** The smallest bound that `share` of the numbers do not pass. */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
