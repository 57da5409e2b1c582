// Ways through the rows in IndexedDB, as pyqueue/browser/ways.py: each has count(), of the rows that are left,
// and read(count), which gives the next ones. Where to go on is remembered; no transaction stays open.

/** Issues requests to `segments` in one transaction; resolves to their results. */
export async function ask(database, issue) {
  const requests = await database.transact("segments", "readonly", (tx) => issue(tx.objectStore("segments")));
  return requests.map(({ result }) => result);
}

/** The keys of the rows in spans of indexes, each in the index's order. */
export const keysIn = (database, spans, limit) =>
  ask(database, (segments) => spans.map(([index, span]) => segments.index(index).getAllKeys(span, limit)));

/** The rows with these keys that are there: {key, row}. */
export async function fetchRows(database, keys) {
  const rows = await ask(database, (segments) => keys.map((key) => segments.get(key)));
  return rows.map((row, n) => ({ key: keys[n], row })).filter(({ row }) => row);
}

/** Along an index between two keys, both included; from the other end if `backwards`. */
export function along(database, index, lower, upper, backwards = false) {
  let last;
  const isBeyond = ({ key, primaryKey }) => {
    if (!last || indexedDB.cmp(key, last.key)) return true;
    return backwards ? primaryKey < last.primaryKey : primaryKey > last.primaryKey;
  };
  const span = () => between(backwards ? lower : last?.key ?? lower, backwards ? last?.key ?? upper : upper);
  const issue = (segments, count, found) => {
    const request = segments.index(index).openKeyCursor(span(), backwards ? "prev" : "next");
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return;
      const { key, primaryKey } = cursor;
      if (isBeyond(cursor)) found.push({ key, primaryKey, request: segments.get(primaryKey) });
      if (found.length < count) cursor.continue();
    };
    return [];
  };
  return {
    count: async () => (await ask(database, (segments) => [segments.index(index).count(span())]))[0],
    async keys() {
      const [keys] = await keysIn(database, [[index, span()]]);
      if (backwards) keys.reverse();
      return keys.slice(keys.indexOf(last?.primaryKey) + 1);
    },
    async read(count) {
      const found = [];
      await ask(database, (segments) => issue(segments, count, found));
      last = found.at(-1) ?? last;
      return found.map(({ primaryKey, request }) => ({ key: primaryKey, row: request.result }));
    },
  };
}

export function byKey(database, keys) {
  return {
    count: async () => keys.length,
    async read(count) {
      let rows = [];
      while (!rows.length && keys.length) rows = await fetchRows(database, keys.splice(0, count));
      return rows;
    },
  };
}

/** Along an index, what is in a span of another, too: once `soMany` were read in vain, by listing both. */
export function sifted(database, way, other, soMany) {
  let listed;
  const list = async () => {
    const [others] = await keysIn(database, [other]);
    const wanted = new Set(others);
    return byKey(database, (await way.keys()).filter((key) => wanted.has(key)));
  };
  return {
    count: async () => (listed ??= await list()).count(),
    async read(count) {
      if (listed || soMany <= 0) return (listed ??= await list()).read(count);
      const rows = await way.read(count);
      soMany -= rows.length;
      return rows;
    },
  };
}

/** An IDBKeyRange; undefined is no bound. */
export function between(lower, upper) {
  if (lower === undefined) return upper === undefined ? undefined : IDBKeyRange.upperBound(upper);
  return upper === undefined ? IDBKeyRange.lowerBound(lower) : IDBKeyRange.bound(lower, upper);
}
