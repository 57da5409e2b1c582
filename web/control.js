// What a page asks of its client besides tracing; loaded when first asked. `client` holds its parts.

import { discard, move } from "./discard.js";
import { merge } from "./metrics.js";
import { checked } from "./policy.js";
import { add, PRIORITIES, sum } from "./protocol.js";
import { pages, select } from "./queries.js";
import { accounts, check, matching } from "./reader.js";
import { recover } from "./recovery.js";
import { now } from "./trace.js";
import { purgeRows, retain } from "./upkeep.js";

export const NO_PYTHON = Symbol();
const QUEUES = ["priority", "fifo", "batch"];
const LOOK = 250; // ms between looks at how far long work is

/** What Python answers, its successor where it is lost meanwhile; NO_PYTHON where there is none. */
export async function ask(client, method, ...args) {
  for (;;) {
    await client.up();
    if (client.state() !== "python") return NO_PYTHON;
    try {
      return await client.python().call(method, ...args);
    } catch (error) {
      if (error.name !== "PythonLost") throw error;
    }
  }
}

/** One account of Python's queue and of what is still on the page's side; see web/README.md. With
 *  {tabs: true} also those of the other tabs, by session. */
export async function metrics(client, { tabs } = {}) {
  const asked = client.state() === "python" ? await ask(client, "metrics") : client.python().account;
  const mode = client.state() === "booting" ? "booting" : "fifo";
  const answer = asked === NO_PYTHON ? undefined : asked;
  const mine = merge(answer, client, { mode, uptime: now() - client.about().startedAt });
  return tabs ? { ...mine, tabs: Object.fromEntries(await others(client, "metrics")) } : mine;
}

const others = async (client, method, ...args) => (await client.tab()?.ask(method, ...args)) ?? new Map();

/** Traces that are not stored yet, as texts. */
function held(client) {
  const waits = client.facts().waiting.all.sort((a, b) => a.number - b.number);
  return [...(client.spool()?.held ?? []), ...waits].map(({ text }) => text);
}

/** The conditions as JSON can carry them: it has no Infinity. Throws a TypeError where one is wrong. */
export function plain(conditions) {
  check(conditions);
  const bound = (value) => (Math.abs(value) === Infinity ? Math.sign(value) * Number.MAX_VALUE : value);
  return { ...conditions, since: bound(conditions.since), until: bound(conditions.until) };
}

/** Traces, queued and stored, that match {id, name, priority, traceId, since, until, limit, order};
 *  {tabs: true} includes what the other tabs have queued. */
export async function query(client, asked = {}) {
  const { tabs, ...given } = Object(asked);
  const conditions = plain(given);
  const texts = await unstored(client, tabs);
  const found = await ask(client, "query", conditions, texts);
  return found === NO_PYTHON ? select(client.about().database, conditions, texts) : found;
}

export async function unstored(client, tabs) {
  const elsewhere = tabs ? [...(await others(client, "unstored")).values()].flat() : [];
  return [...held(client), ...elsewhere];
}

/** The same a page at a time, in constant memory, for `for await`: {traces, progress: {rowsRead, rows}}, with at most
 *  `pageSize` traces; none where nothing matched in the rows that were read for it. Ends when the loop is left, or
 *  by the AbortSignal, whose reason it throws; rejects with PythonLost where that happens in the midst of it. */
export async function* stream(client, asked = {}, { pageSize = 500, signal } = {}) {
  const { tabs, ...given } = Object(asked);
  const conditions = plain(given);
  const texts = await unstored(client, tabs);
  signal?.throwIfAborted();
  const number = await ask(client, "stream", conditions, texts, pageSize);
  const found = number === NO_PYTHON
    ? pages(client.about().database, conditions, texts, pageSize) : pagesOf(client.python(), number);
  for await (const page of found) {
    signal?.throwIfAborted();
    yield page;
    signal?.throwIfAborted();
  }
}

/** What Python streams under this number. */
export async function* pagesOf(python, number) {
  let page;
  try {
    while ((page = await python.call("streamNext", number))) yield page;
  } finally {
    if (page) python.call("streamEnd", number);
  }
}

/** Writes what query() would find to a file; see export.js. */
async function exportTraces(client, options) {
  const { save } = await import("./export.js");
  return save(client, options);
}

export { exportTraces as export };

/** What this tab would be asked by another: nothing that changes anything but by its user's will. */
const ANSWERS = {
  metrics: (client) => metrics(client),
  state: async (client) => ({ isLeader: !!client.tab()?.isLeader, metrics: await metrics(client) }),
  unstored: async (client) => [...held(client), ...client.python().unsettled.map(({ text }) => text)],
  forget: (client, ids) => forget(client, ids),
};

export const answer = (client, method, args) => ANSWERS[method]?.(client, ...args);

/** "queued", "in_flight", "retrying", "written", or "unknown". */
export async function status(client, id) {
  const isIt = (trace) => trace.id === id;
  if (client.facts().waiting.all.some(isIt)) return "queued";
  if (client.spool()?.held.some(isIt)) return "in_flight";
  const known = await ask(client, "status", id);
  if (known !== NO_PYTHON) return known ?? "unknown";
  return (await query(client, { id, limit: 1 })).length ? "written" : "unknown";
}

/** Takes a queued trace out again; false where it is not queued (any more). */
export async function cancel(client, id) {
  await client.up();
  const { waiting, past } = client.facts();
  const gone = discard(waiting, new Set([id]));
  add(past.cancelled, gone);
  const isGone = sum(gone) > 0 || (await ask(client, "cancel", id)) === true;
  client.keep();
  return isGone;
}

/** Moves a queued trace to another priority; false where it is not queued. */
export async function reprioritize(client, id, priority) {
  const level = typeof priority === "string" ? PRIORITIES.indexOf(priority.toLowerCase()) : priority;
  if (!(level in PRIORITIES)) throw new TypeError(`priority must be one of ${PRIORITIES}, or 0 to 3, not ${JSON.stringify(priority)}`);
  await client.up();
  const label = move(client.facts().waiting, id, level) ? PRIORITIES[level] : await ask(client, "reprioritize", id, level);
  if (typeof label !== "string") return false;
  client.tell("moved", { id, priority: label }); // to tools
  return true;
}

/** Switches the queue, "priority" or "fifo", at any load; loses nothing. */
export async function setQueue(client, kind) {
  const chosen = await ask(client, "setQueue", kind);
  if (chosen !== NO_PYTHON) {
    client.facts().waiting.fifo = chosen === "fifo";
    client.about().queue = chosen;
    again(client, "setQueue", chosen);
    return chosen;
  }
  if (isToBoot(client) && QUEUES.includes(kind)) return again(client, "setQueue", kind), kind;
  if (kind !== "fifo") throw new Error(`queue ${JSON.stringify(kind)} needs Python; here is only "fifo"`);
  return kind;
}

/** Python waits for consent, and will do then what was noted. */
const isToBoot = (client) => client.state() === "booting";

/** What only Python can do: it rejects where there is none. */
const onlyPython = (method) => async (client, ...args) => {
  const answer = await ask(client, method, ...args);
  if (answer !== NO_PYTHON) return answer;
  const why = { booting: "starts when consent is given", closed: "has ended with the client" }[client.state()];
  throw new Error(`${method}() needs Python, which ${why ?? "is not to be had here"}`);
};

/** To be done once more, where Python has to begin again. */
function again(client, method, ...args) {
  (client.about().changes ??= {})[method] = args;
}

/** Writes no more for now; traces are taken as ever. */
export async function pause(client) {
  await toldOrNoted(client, "pause");
  again(client, "pause");
}

export async function resume(client) {
  await toldOrNoted(client, "resume");
  delete client.about().changes?.pause;
}

/** Where Python is yet to boot, it is done then, as `changes` or the config say. */
const toldOrNoted = async (client, method, ...args) => {
  await client.up();
  if (!isToBoot(client)) await onlyPython(method)(client, ...args);
};

/** Changes options of the config, in camelCase, at any load. */
export async function reconfigure(client, changes) {
  await toldOrNoted(client, "reconfigure", changes);
  const about = client.about();
  about.config = { ...about.config, ...changes }; // for the page's door, and where Python has to begin again
}

/** What happened in the last minutes (60, up to 1,440). */
export const window = (client, minutes = 60) => onlyPython("window")(client, minutes);

const WITHOUT_PYTHON = {
  booting: "Python starts when consent is given", spool: "Python is not to be had: the spool writes", closed: "the client was shut down",
};

/** {grade, reasons}: Python's, and what this page sees. */
export async function health(client) {
  const { failing, restarts, journal } = client.facts();
  const found = await ask(client, "health");
  const seen = found === NO_PYTHON ? { grade: "degraded", reasons: [WITHOUT_PYTHON[client.state()]] } : found;
  const reasons = [...seen.reasons];
  if (failing) reasons.push(journal.failed ? "nothing can be stored: traces are in memory only" : "the database fails: the journal keeps what fits");
  if (restarts) reasons.push(`Python was lost and started again: ${restarts}`);
  const grade = failing ? "unhealthy" : seen.grade === "healthy" && restarts ? "degraded" : seen.grade;
  return { grade, reasons };
}

/** The accounts of all sessions that the database knows, with their fates; see web/README.md. */
export async function sessions(client) {
  return accounts(client.about().database);
}

/** The tabs of this origin that live: {session, isLeader, isThis, metrics}. */
export async function tabs(client) {
  const { session } = client.about();
  const all = [[session, await ANSWERS.state(client)], ...(await others(client, "state"))];
  return all.map(([id, state]) => ({ session: id, isThis: id === session, ...state }));
}

/** What the store would not take, of earlier visits too. */
export const deadLetters = onlyPython("deadLetters");
/** Offers these (all) again; resolves to how many were accepted. */
export const replayDeadLetters = onlyPython("replayDeadLetters");
export const reviewDeadLetter = onlyPython("reviewDeadLetter");
export const purgeDeadLetters = onlyPython("purgeDeadLetters");

/** Resolves when tools can look at the page's clients. */
export const watch = () => import("./devtools/hook.js");

// What is stored

/** Deletes what matches, everywhere: in every tab's queue, in the rows, the dead letters and the journal.
 *  Conditions as for query(), or a function of a trace. Resolves to how many stored traces went. */
export async function purge(client, conditions = {}) {
  const matches = typeof conditions === "function" ? guarded(conditions) : matching(narrow(conditions));
  const idsOf = (texts) => texts.map((text) => JSON.parse(text)).filter(matches).map(({ id }) => id);
  const elsewhere = [...(await others(client, "unstored")).values()].flat();
  const found = idsOf(elsewhere);
  if (found.length) await others(client, "forget", found);
  await forget(client, idsOf(await ANSWERS.unstored(client)));
  const { database, session } = client.about();
  await recover(database, session); // what pages that are gone left in their journals
  const count = await purgeRows(database, matches);
  if (matches.error) throw matches.error;
  return count;
}

/** The page's own function: where it throws, or gives a promise, which would count as yes, the trace stays. */
function guarded(matches) {
  const guard = (trace) => {
    try {
      const answer = matches(trace);
      if (typeof answer?.then !== "function") return answer;
      throw new TypeError("purge: the function must answer at once, not by a promise");
    } catch (error) {
      guard.error ??= error;
      return false;
    }
  };
  return guard;
}

/** Conditions of a purge: none may look as if less were to go than does. */
function narrow(conditions) {
  if (conditions === null || typeof conditions !== "object" || Array.isArray(conditions)) {
    throw new TypeError(`purge takes conditions or a function, not ${JSON.stringify(conditions)}`);
  }
  for (const [name, value] of Object.entries(conditions)) {
    if (name === "limit" || name === "order") throw new TypeError(`a purge has no ${name}`);
    if (value == null) throw new TypeError(`purge ${name} is ${value}: leave it out where all are meant`);
  }
  return conditions;
}

/** Cancels what has not been sealed yet; what has is in the database when this is done. */
async function forget(client, ids) {
  const { waiting, past } = client.facts();
  add(past.cancelled, discard(waiting, new Set(ids)));
  const sent = new Set(client.python().unsettled.map(({ id }) => id));
  for (const id of ids) if (sent.has(id)) await cancel(client, id);
  await client.self.flush().catch(() => {}); // told by events
  client.keep();
}

/** Brings the stored rows within the retention policy now, and compacts; {dryRun: true} only tells what would go.
 *  `onProgress` gets {stage, done, total} in rows while Python is at it; the signal has it end after the transaction under
 *  way, and the report say `stopped`. */
export async function enforceRetention(client, { onProgress, signal, ...options } = {}) {
  signal?.throwIfAborted();
  const stop = () => ask(client, "stopUpkeep");
  const look = async () => {
    const progress = await ask(client, "upkeepProgress");
    if (progress && progress !== NO_PYTHON) onProgress(progress);
  };
  signal?.addEventListener("abort", stop);
  const timer = onProgress && setInterval(() => look().catch(() => {}), LOOK);
  try {
    const report = await ask(client, "enforceRetention", options);
    const { database, retention } = client.about();
    return report === NO_PYTHON ? await retain(database, retention, options) : report;
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Changes options of the retention policy, in camelCase. Without Python the rows are brought within it at once. */
export async function setRetention(client, changes) {
  const isDone = (await ask(client, "setRetention", changes)) !== NO_PYTHON;
  const about = client.about();
  const retention = { ...about.retention, ...changes };
  about.retention = isDone ? retention : checked(retention); // a new object: the old one is the page's
  if (!isDone) await enforceRetention(client);
}

/** This tab looks after the rows from now on, by this token, until another has taken a later one. */
export async function lead(client, guard) {
  if ((await ask(client, "lead", guard)) !== NO_PYTHON) return;
  const { database, retention } = client.about();
  await retain(database, retention, { guard });
}
