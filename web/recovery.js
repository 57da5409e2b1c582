// What ended without a word: the accounts of pages that are gone are closed and their journals merged,
// once; and what a lost writer of this page had stored is found out. Loaded after the start.
//
// A page S writes under the names S-0, S-1 …, one writer after the other. Whoever closes its account
// puts fences for all of them, and for the ones that may follow, in the same transaction: records of the
// ledger that take the names, which are unique. So a page that was only frozen can't write again what was
// merged for it meanwhile; it begins anew by `reclaim`.

import { Database } from "./database.js";
import { discard } from "./discard.js";
import { add, PRIORITIES, sum } from "./protocol.js";
import { FENCE, traces as read } from "./reader.js";
import { seal } from "./rows.js";

const LEASE = 60_000; // ms after which a page counts as gone, where there are no locks to tell
const AHEAD = 2; // names that a page may have taken without having written under them
const DAY = 24 * 3_600_000; // ms
const FENCE_LIFE = 7 * DAY; // no frozen page lasts that long
const ACCOUNT_LIFE = 90 * DAY; // after it was closed

const utf8 = new TextEncoder();
const pageOf = (writer) => /^(\w+)-\d+$/.exec(writer)?.[1];
const writersOf = (page) => IDBKeyRange.bound(`${page}-`, `${page}-\uffff`);
const NOTHING = {
  offered: 0, accepted: 0, written: 0, refused: 0, evicted: 0, cancelled: 0, dead: 0,
  queued: 0, inFlight: 0, retrying: 0, failures: 0, droppedByReason: {},
};
const ended = ({ written, evicted, cancelled, dead }) => written + evicted + cancelled + dead;

/** Brings in what dead pages left. Resolves to {sessions, traces, unknown}. */
export async function recover(name, session) {
  const database = new Database(name);
  const journals = readJournals(`pyqueue/${name}/`);
  const pages = await pagesGone(database, name, journals);
  pages.delete(session);
  const total = { sessions: 0, traces: 0, unknown: 0 };
  for (const page of pages) {
    const { accounts } = await close(database, page, 0, !journals.has(page));
    const { recovered, unknown } = journals.has(page)
      ? await merge(database, page, journals.get(page), accounts)
      : { recovered: 0, unknown: sum(accounts.map((account) => account.unknown)) };
    if (journals.has(page)) localStorage.removeItem(`pyqueue/${name}/${page}`);
    total.sessions += 1;
    total.traces += recovered;
    total.unknown += unknown;
  }
  return total;
}

/** Ends all writers of this page, of which there were `count`, and takes out of its waiting traces those
 *  that they had stored. Tries until it is done; resolves to the number of the next writer. */
export async function reclaim(client, count) {
  const { database: name, session } = client.about();
  const database = new Database(name);
  for (let wait = 100; ; wait = Math.min(2 * wait, 5000)) {
    try {
      const { next } = await close(database, session, count - 1, false);
      const { waiting, past } = client.facts();
      const stored = await storedIds(database, session, waiting.all);
      add(past.written, discard(waiting, stored));
      return next;
    } catch (error) {
      client.tell("error", { error: String(error), willRetry: true });
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** Closes the accounts of a page: none of its writers can write from now on, nor one up to number `last`.
 *  What they held is `lost` unless somebody else has it: a journal, or the page itself. */
async function close(database, page, last, lost) {
  const time = Date.now();
  let next;
  const accounts = [];
  await database.transact("ledger", "readwrite", (tx) => {
    const ledger = tx.objectStore("ledger");
    const found = ledger.getAll(writersOf(page));
    const fenced = ledger.getAllKeys(writersOf(FENCE + page));
    fenced.onsuccess = () => {
      for (const { writer, ...account } of found.result) {
        const unknown = lost ? account.accepted - ended(account) : 0;
        const closed = account.closed ? account : { ...account, closed: time, unknown };
        accounts.push(closed);
        ledger.put(closed); // first, for it gives up the name
      }
      const numbers = [...accounts.map(({ session }) => session), ...fenced.result]
        .map((name) => Number(name.split("-")[1])).filter(Number.isInteger);
      next = Math.max(last, ...numbers) + 1 + AHEAD;
      for (let number = 0; number < next; number++) ledger.put(fence(`${page}-${number}`, time));
    };
    forget(ledger, FENCE, time - FENCE_LIFE);
    forget(ledger, "", time - ACCOUNT_LIFE);
  });
  return { accounts, next };
}

const fence = (writer, time) => ({ ...NOTHING, session: FENCE + writer, writer, closed: time, updated: time });

/** Deletes the records that were closed before this time. Only pages from before it can have one, and
 *  their names sort by time; but a page may be older than the record. */
function forget(ledger, prefix, time) {
  const pages = IDBKeyRange.bound(prefix, prefix + time.toString(36).padStart(9, "0"));
  ledger.openCursor(pages).onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    if (cursor.value.closed < time) cursor.delete();
    cursor.continue();
  };
}

/** Stores what of a journal is not stored yet, with an account of its own. */
async function merge(database, page, journal, accounts) {
  const known = await storedIds(database, page, journal.traces);
  const traces = [...new Map(journal.traces.toReversed().map((trace) => [trace.id, trace])).values()].toReversed();
  const again = journal.traces.length - traces.length; // an id is taken once
  const missing = traces.filter(({ id }) => !known.has(id));
  const recovered = missing.length;
  const session = `${page}-j${journal.time.toString(36)}`;
  const rows = [];
  for (let seq = 1; missing.length; seq += rows.at(-1).count) rows.push(seal(session, seq, missing).row);
  const written = sum(accounts.map((account) => account.written)) + recovered; // with what it did not hear of
  const unknown = Math.max(0, journal.held - again - (written - journal.written) || 0);
  const account = {
    ...NOTHING, session, updated: journal.time, closed: Date.now(),
    offered: recovered, accepted: recovered, written: recovered, recovered, unknown,
  };
  try {
    await database.write(rows, account, true);
  } catch (error) {
    if (error.name !== "ConstraintError") throw error; // another tab was first with the same
    return { recovered: 0, unknown: 0 };
  }
  return { recovered, unknown };
}

/** The ids of those `traces` that are in rows of the page. Only rows of their time are read. */
async function storedIds(database, page, traces) {
  if (!traces.length) return new Set();
  const since = traces.reduce((least, { timestamp }) => Math.min(least, timestamp), Infinity);
  const rows = [];
  await database.transact("segments", "readonly", (tx) => {
    const segments = tx.objectStore("segments");
    const recent = segments.index("time").getAllKeys(IDBKeyRange.lowerBound(since));
    const own = segments.index("order").getAllKeys(IDBKeyRange.bound([`${page}-`], [`${page}-\uffff`]));
    own.onsuccess = () => {
      const keys = new Set(own.result);
      for (const key of recent.result.filter((key) => keys.has(key))) {
        segments.get(key).onsuccess = ({ target }) => rows.push(target.result);
      }
    };
  });
  const found = await Promise.all(rows.map((row) => read(row).catch(() => [])));
  return new Set(found.flat().map(({ id }) => id));
}

/** Pages that have a journal or an open account, and do not live. */
async function pagesGone(database, name, journals) {
  const { result: accounts } = await database.transact("ledger", "readonly", (tx) => tx.objectStore("ledger").getAll());
  const lastSigns = new Map();
  const note = (page, time) => page && lastSigns.set(page, Math.max(time, lastSigns.get(page) ?? 0));
  for (const [page, { time }] of journals) note(page, time);
  for (const { session, updated, closed } of accounts) if (!closed) note(pageOf(session), updated);
  const gone = new Set();
  for (const [page, time] of lastSigns) if (!(await lives(name, page, time))) gone.add(page);
  return gone;
}

/** Whether a page holds the lock of its life. It is not asked which locks are held: that would end every
 *  page of the origin that the browser keeps for Back and that holds any (Chromium 156). */
async function lives(name, page, time) {
  const isTaken = (lock) => !lock;
  return navigator.locks
    ? navigator.locks.request(`pyqueue/${name}/${page}`, { ifAvailable: true }, isTaken)
    : Date.now() - time < LEASE;
}

/** The pages that hold the lock of their life; undefined where there are no locks. */
export async function livingPages(name) {
  const { held } = (await globalThis.navigator?.locks?.query().catch(() => {})) ?? {};
  const pages = held?.map((lock) => lock.name.split(`pyqueue/${name}/`)[1]).filter((page) => /^[a-z0-9]{17}$/.test(page));
  return pages && new Set(pages);
}

/** Every journal of this database that can be read, by page; what can't is thrown away. */
function readJournals(prefix) {
  const journals = new Map();
  try {
    for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefix))) {
      const page = key.slice(prefix.length);
      if (page.includes("/")) continue; // of another database, whose name begins like this one's
      const journal = parse(localStorage.getItem(key));
      if (journal) journals.set(page, journal);
      else localStorage.removeItem(key);
    }
  } catch {} // storage is blocked: then there are none
  return journals;
}

/** A journal as this code wrote it: anyone on the origin may write to localStorage. */
function parse(json) {
  try {
    const { time, held, written = 0, traces } = JSON.parse(json);
    if (!Number.isFinite(time) || !Array.isArray(traces)) return undefined;
    return { time, held, written, traces: traces.filter(isTrace).map(asRead) };
  } catch {
    return undefined;
  }
}

const isTrace = ({ id, name, priority, timestamp } = {}) =>
  typeof id === "string" && typeof name === "string" && PRIORITIES.includes(priority) && Number.isFinite(timestamp);

function asRead(trace) {
  const text = JSON.stringify(trace);
  const { id, timestamp, traceId = "" } = trace;
  return { id, timestamp, traceId, text, priority: PRIORITIES.indexOf(trace.priority), size: utf8.encode(text).length };
}
