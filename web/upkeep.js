// Looking after stored rows from the page: purging, anywhere; and retention where there is no Python,
// as pyqueue/upkeep does it with it. A short transaction at a time. Loaded when first needed.

import { Database } from "./database.js";
import { expireLetters, purgeLetters } from "./letters.js";
import { checked, DEFAULTS, LISTS } from "./policy.js";
import { named, PRIORITIES } from "./protocol.js";
import { traces as read } from "./reader.js";

const SLICE = 50; // rows in one transaction
const SETTLING = 60_000; // ms for which a row is left alone: its writer may not know yet that it is stored
const CODECS = ["json", "json+gzip"];

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
    if (!row || isNewer(row)) return 0;
    const found = await read(row).catch(() => undefined);
    const kept = found?.filter((trace) => !matches(trace)) ?? [];
    if (found?.length === kept.length) return 0;
    const change = { key, before: row, after: await rewritten(row, kept) };
    if ((await replace(database, "purged", [change])).length) return row.count - kept.length;
  }
}

/** What a newer version wrote is not corrupt, even if it can't be read here. */
const isNewer = ({ codec }) => typeof codec === "string" && !CODECS.includes(codec);

/** Puts `after` in each row's place, or nothing where it is null, but for those that another changed meanwhile;
 *  resolves to the others. `guard` is the token by which this tab leads, if there are several: StoreFenced where
 *  another does. */
async function replace(database, kind, changes, guard) {
  let isFenced;
  const done = [];
  await database.transact(["segments", "meta"], "readwrite", (tx) => {
    const [segments, meta] = [tx.objectStore("segments"), tx.objectStore("meta")];
    const leader = meta.get("leader");
    const noted = meta.get("upkeep");
    const stored = changes.map(({ key }) => segments.get(key));
    stored.at(-1).onsuccess = () => {
      isFenced = guard && leader.result && leader.result.token !== guard;
      if (isFenced) return;
      done.push(...changes.filter(({ before }, at) => isAsItWas(stored[at].result, before)));
      for (const { key, after } of done) after ? segments.put(after, key) : segments.delete(key);
      if (done.length) meta.put(done.reduce((value, change) => note(value, kind, change), noted.result), "upkeep");
    };
  });
  if (isFenced) throw named("StoreFenced", "another tab leads");
  return done;
}

const isAsItWas = (row, before) => ["codec", "bytes", "count"].every((field) => row?.[field] === before[field]);

/** The row with only these of its traces; null where there are none. */
async function rewritten(row, traces) {
  if (!traces.length) return null;
  const text = JSON.stringify(traces);
  const data = row.codec === "json" ? text : await zip(text);
  const times = traces.map(({ timestamp }) => timestamp);
  const priorities = traces.map((trace) => priorityOf(trace, row));
  return {
    ...row, data, bytes: (data === text ? utf8.encode(text) : data).length, count: traces.length,
    priority: Math.max(...priorities), mixed: new Set(priorities).size > 1,
    tMin: Math.min(...times), tMax: Math.max(...times),
    traceIds: [...new Set(traces.map(({ traceId }) => traceId))].filter(Boolean),
  };
}

const priorityOf = ({ priority }, row) => (PRIORITIES.includes(priority) ? PRIORITIES.indexOf(priority) : row.priority);

async function zip(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Brings the rows within the policy: what is too old goes, then of the lowest priority the oldest, to the trace.
 *  Protected traces need Python: where some are, nothing goes. A dry run may try other options. Throws a ConfigError
 *  where the policy is wrong. */
export const retain = (...args) => (underWay = underWay.catch(() => {}).then(() => bringWithin(...args)));

let underWay = Promise.resolve(); // one run at a time: each tells what it left

async function bringWithin(name, policy, { dryRun, guard, ...tried } = {}) {
  const [option] = Object.keys(tried);
  if (option && !dryRun) throw named("ValueError", `${option} is for dry runs; set it by setRetention()`);
  const rules = { ...DEFAULTS, ...checked(policy), ...checked(tried) };
  rules.isProtected = LISTS.some((list) => rules[list]?.length);
  const database = new Database(name);
  const rows = await survey(database);
  const { chosen, allowed } = await choose(rows, rules);
  const done = [];
  for (let from = 0; from < chosen.length; from += SLICE) {
    const changes = await Promise.all(chosen.slice(from, from + SLICE).map((row) => changeOf(database, row)));
    done.push(...(dryRun ? changes : await replace(database, "deleted", changes, guard)));
  }
  const deadLetters = rules.isProtected ? 0 : await expireLetters(database, rules, dryRun);
  const { deleted } = done.reduce((value, change) => note(value, "deleted", change), { deleted: NOTHING });
  const left = {
    count: sumOf(rows, "count") - deleted.count, rows: rows.length - deleted.rows, bytes: sumOf(rows, "bytes") - deleted.bytes,
  };
  const isOver = left.bytes > allowed || (rules.maxCount > 0 && left.count > rules.maxCount);
  return { dryRun: !!dryRun, deleted, deadLetters, left, bytesAllowed: allowed, isOver };
}

/** Which rows go, the last of them only by so much as `over` tells; as pyqueue/upkeep/plan.py. */
async function choose(rows, { maxAge, maxCount, isProtected, ...rules }) {
  const now = Date.now();
  const isNew = ({ tMax }) => Math.abs(tMax - now) < SETTLING; // what claims to come from the future never was
  const isOld = (row) => !isProtected && maxAge > 0 && row.tMax < now - maxAge && !isNew(row);
  const chosen = rows.filter(isOld);
  const rest = rows.filter((row) => !isOld(row));
  const allowed = await bytesAllowed(rules, sumOf(rest, "bytes"));
  const over = { count: sumOf(rest, "count") - (maxCount || Infinity), bytes: sumOf(rest, "bytes") - allowed };
  for (const row of rest) {
    if (isProtected || (over.count <= 0 && over.bytes <= 0)) break;
    const isLast = over.count <= row.count && over.bytes <= row.bytes;
    if (!isNew(row)) chosen.push(isLast ? { ...row, over: { ...over } } : row);
    // What is new counts as though it went: nothing better goes in its place.
    over.count -= row.count;
    over.bytes -= row.bytes;
  }
  return { chosen, allowed };
}

/** The lower of `maxBytes` and our share: of what others leave of the quota, where it is known. */
async function bytesAllowed({ maxBytes, maxShare, fallbackBytes }, stored) {
  const { quota, usage = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => {})) ?? {};
  const others = Math.max(0, usage - stored);
  return Math.min(maxBytes || Infinity, quota > 0 ? maxShare * Math.max(0, quota - others) : fallbackBytes);
}

/** What becomes of a row that was chosen: nothing, or what is left when it is cut. One that is not as it was when it
 *  was chosen stays: what is over now is another question. */
async function changeOf(database, row) {
  const { key, over } = row;
  const change = { key, before: row, after: null };
  if (!over) return change;
  const { result: found } = await database.transact("segments", "readonly", (tx) => tx.objectStore("segments").get(key));
  return isAsItWas(found, row) ? { ...change, after: await cut(found, over) } : change;
}

/** The row without so many of its traces and bytes, the least important and oldest of them. */
async function cut(row, over) {
  const traces = await read(row).catch(() => []);
  const least = [...traces].sort((a, b) => priorityOf(a, row) - priorityOf(b, row));
  let goes = Math.ceil(Math.max(1, over.count, (over.bytes * row.count) / (row.bytes || 1)));
  for (;;) {
    const gone = new Set(least.slice(0, goes));
    const after = await rewritten(row, traces.filter((trace) => !gone.has(trace)));
    if (!after || row.bytes - after.bytes >= over.bytes) return after;
    goes = Math.ceil(goes * 1.1); // their sizes differ
  }
}

const sumOf = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0);
const NOTHING = { count: 0, rows: 0, bytes: 0, byPriority: Object.fromEntries(PRIORITIES.map((name) => [name, 0])) };

/** What is known of every row without reading it, lowest priority and oldest first. */
async function survey(database) {
  const rows = [];
  await database.transact("segments", "readonly", (tx) => {
    tx.objectStore("segments").index("upkeep").openKeyCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      const [priority, tMax, codec, count, bytes] = cursor.key;
      const isRow = [priority, tMax, count, bytes].every((field) => typeof field === "number"); // else it is not ours to judge
      if (isRow) rows.push({ key: cursor.primaryKey, priority, tMax, codec, count, bytes });
      cursor.continue();
    };
  });
  return rows;
}

/** The value of meta's `upkeep` with a row's change added under `kind`; as pyqueue/upkeep/tally.py. */
function note(noted, kind, { before, after }) {
  const was = noted?.[kind] ?? NOTHING;
  const label = PRIORITIES[before.priority];
  const count = before.count - (after?.count ?? 0);
  const byPriority = { ...NOTHING.byPriority, ...was.byPriority };
  byPriority[label] += count;
  const more = { count: was.count + count, rows: was.rows + !after, bytes: was.bytes + before.bytes - (after?.bytes ?? 0), byPriority };
  return { ...noted, [kind]: more };
}
