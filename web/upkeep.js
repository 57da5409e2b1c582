// Looking after stored rows from the page: purging, anywhere; and retention where there is no Python,
// as pyqueue/upkeep does it with it. A short transaction at a time. Loaded when first needed.

import { Database } from "./database.js";
import { named, PRIORITIES } from "./protocol.js";
import { traces as read } from "./reader.js";

const SHARE = 0.1; // of the origin's quota
const FALLBACK = 50 * 2 ** 20; // bytes, where no quota is told
const SLICE = 50; // rows in one transaction

const utf8 = new TextEncoder();

/** Deletes the stored traces for which `matches` holds; how many there were. Rows that can't be read go
 *  too: nobody can say that they hold no such trace. */
export async function purgeRows(name, matches) {
  const database = new Database(name);
  const keysOf = (tx) => tx.objectStore("segments").getAllKeys();
  const { result: keys } = await database.transact("segments", "readonly", keysOf);
  let count = 0;
  for (const key of keys) count += await purgeRow(database, key, matches);
  await purgeLetters(database, matches);
  return count;
}

async function purgeRow(database, key, matches) {
  for (;;) {
    const { result: row } = await database.transact("segments", "readonly", (tx) => tx.objectStore("segments").get(key));
    if (!row) return 0;
    const found = await read(row).catch(() => undefined);
    const kept = found?.filter((trace) => !matches(trace)) ?? [];
    if (found?.length === kept.length) return 0;
    if (await replaced(database, key, row, kept)) return row.count - kept.length;
  }
}

/** Puts what is kept in the row's place, unless another changed it meanwhile. */
function replaced(database, key, before, kept) {
  const after = kept.length ? rewritten(before, kept) : null;
  let done = false;
  const change = (tx) => {
    const [segments, meta] = [tx.objectStore("segments"), tx.objectStore("meta")];
    const noted = meta.get("upkeep");
    segments.get(key).onsuccess = ({ target: { result: row } }) => {
      if (row?.codec !== before.codec || row.bytes !== before.bytes || row.count !== before.count) return;
      done = true;
      if (after) segments.put(after, key);
      else segments.delete(key);
      meta.put(note(noted.result, "purged", before, after, kept), "upkeep");
    };
  };
  return database.transact(["segments", "meta"], "readwrite", change).then(() => done);
}

function rewritten(row, traces) {
  const data = JSON.stringify(traces);
  const times = traces.map(({ timestamp }) => timestamp);
  const priorities = traces.map(({ priority }) => PRIORITIES.indexOf(priority));
  return {
    ...row, data, codec: "json", bytes: utf8.encode(data).length, count: traces.length,
    priority: Math.max(...priorities), mixed: new Set(priorities).size > 1,
    tMin: Math.min(...times), tMax: Math.max(...times),
    traceIds: [...new Set(traces.map(({ traceId }) => traceId))].filter(Boolean),
  };
}

async function purgeLetters(database, matches) {
  const isMatch = ({ trace }) => {
    try {
      return matches(JSON.parse(trace));
    } catch {
      return true;
    }
  };
  await database.transact("dead_letters", "readwrite", (tx) => {
    tx.objectStore("dead_letters").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (isMatch(cursor.value)) cursor.delete();
      cursor.continue();
    };
  });
}

/** Brings the rows within {maxAge, maxCount, maxBytes, maxShare}: what is too old goes, then of the
 *  lowest priority the oldest. Protected traces need Python: where some are, nothing goes. */
export async function retain(name, policy = {}, { dryRun, guard } = {}) {
  const database = new Database(name);
  const { maxAge, maxCount, maxBytes, maxShare = SHARE, fallbackBytes = FALLBACK } = policy;
  const { quota } = (await globalThis.navigator?.storage?.estimate?.().catch(() => {})) ?? {};
  const allowed = Math.min(maxBytes || Infinity, quota ? quota * maxShare : fallbackBytes);
  const rows = await survey(database);
  let count = rows.reduce((sum, row) => sum + row.count, 0);
  let bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const isOld = (row) => maxAge && row.tMax < Date.now() - maxAge;
  const leave = (row) => ((count -= row.count), (bytes -= row.bytes), true);
  const isOver = () => bytes > allowed || (maxCount && count > maxCount);
  const isProtected = policy.keepNames?.length || policy.keepIds?.length;
  const old = isProtected ? [] : rows.filter((row) => isOld(row) && leave(row));
  const excess = isProtected ? [] : rows.filter((row) => !isOld(row) && isOver() && leave(row));
  const gone = [...old, ...excess];
  for (let from = 0; from < gone.length && !dryRun; from += SLICE) await remove(database, gone.slice(from, from + SLICE), guard);
  const byPriority = Object.fromEntries(PRIORITIES.map((label, priority) => [label, total(gone, priority)]));
  const deleted = { count: sumOf(gone, "count"), rows: gone.length, bytes: sumOf(gone, "bytes"), byPriority };
  return { dryRun: !!dryRun, deleted, left: { count, rows: rows.length - gone.length, bytes }, bytesAllowed: allowed, isOver: !!isOver() };
}

const sumOf = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0);
const total = (rows, priority) => sumOf(rows.filter((row) => row.priority === priority), "count");

/** What is known of every row without reading it, lowest priority and oldest first. */
async function survey(database) {
  const rows = [];
  await database.transact("segments", "readonly", (tx) => {
    tx.objectStore("segments").index("upkeep").openKeyCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      const [priority, tMax, , count, bytes] = cursor.key;
      rows.push({ key: cursor.primaryKey, priority, tMax, count, bytes });
      cursor.continue();
    };
  });
  return rows;
}

/** `guard` is the token by which this tab leads, if there are several: StoreFenced where another does. */
async function remove(database, rows, guard) {
  let isFenced;
  await database.transact(["segments", "meta"], "readwrite", (tx) => {
    const meta = tx.objectStore("meta");
    const leader = meta.get("leader");
    meta.get("upkeep").onsuccess = ({ target: { result } }) => {
      isFenced = guard && leader.result && leader.result.token !== guard;
      if (isFenced) return;
      for (const { key } of rows) tx.objectStore("segments").delete(key);
      meta.put(rows.reduce((noted, row) => note(noted, "deleted", row, null, []), result), "upkeep");
    };
  });
  if (isFenced) throw named("StoreFenced", "another tab leads");
}

/** The value of meta's `upkeep` with a row's change added under `kind`; as pyqueue/upkeep/tally.py. */
function note(noted, kind, before, after, kept) {
  const was = noted?.[kind] ?? { count: 0, rows: 0, bytes: 0, byPriority: {} };
  const label = PRIORITIES[before.priority];
  const count = before.count - kept.length;
  const byPriority = { ...Object.fromEntries(PRIORITIES.map((name) => [name, 0])), ...was.byPriority };
  byPriority[label] += count;
  const more = { count: was.count + count, rows: was.rows + !after, bytes: was.bytes + before.bytes - (after?.bytes ?? 0), byPriority };
  return { ...noted, [kind]: more };
}
