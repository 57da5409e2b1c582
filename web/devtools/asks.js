// What a tool may ask of a client: none of it changes anything. By the name that the contract has; each takes the
// client's parts, the arguments, and {signal, progress}.

import * as control from "../control.js";
import { PRIORITIES } from "../protocol.js";
import { pages, select } from "../queries.js";
import { held } from "./held.js";
import { letterOf, lettersOf, rowsOf, sessionsOf, tracesOf } from "./stored.js";

const PATIENCE = 3000; // ms that Python has for the first page of a query; then the page reads by itself

const databaseOf = (client) => client.about().database;

/** A whole trace: on its way, stored, or dead; or null. */
async function trace(client, { id }) {
  const found = held(client).find((one) => one.id === id);
  if (found) return JSON.parse(found.text);
  const [stored] = await select(databaseOf(client), { id: String(id), limit: 1 }, []);
  return stored ?? letterOf(databaseOf(client), String(id));
}

/** {conditions, pageSize}: the matches page by page, then {count}. */
async function query(client, { conditions = {}, pageSize = 200 }, { signal, progress }) {
  let count = 0;
  for await (const { traces, progress: { rowsRead, rows } } of found(client, conditions, pageSize, signal)) {
    count += traces.length;
    await progress({ done: rowsRead, total: rows, items: traces });
  }
  return { count };
}

/** Python's pages, or the page's own where Python does not begin to answer. */
async function* found(client, conditions, pageSize, signal) {
  const theirs = control.stream(client, conditions, { pageSize, signal });
  const first = await Promise.race([theirs.next(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  if (!first) return yield* pages(databaseOf(client), conditions, held(client).map(({ text }) => text), pageSize);
  if (first.done) return;
  yield first.value;
  yield* theirs;
}

/** {conditions: {priority, session, since, until}, limit, before}: stored rows without their data, newest first. */
function rows(client, { conditions = {}, limit = 100, before }) {
  const { priority, session, since = -Infinity, until = Infinity } = conditions;
  const level = PRIORITIES.includes(priority) ? PRIORITIES.indexOf(priority) : priority;
  const isWanted = (row) =>
    (level == null || row.priority === level) && (session == null || row.session.startsWith(session)) &&
    row.tMax >= since && row.tMin <= until;
  return rowsOf(databaseOf(client), { limit, before, isWanted });
}

const row = (client, { key }) => tracesOf(databaseOf(client), key);

const deadLetters = (client) => lettersOf(databaseOf(client));

const sessions = (client) => sessionsOf(databaseOf(client));

const health = (client) => control.health(client);

const window = (client, { minutes = 60 }) => control.window(client, minutes);

const tabs = (client) => control.tabs(client);

/** What the client was started with, and, from Python, each option with its value and its limits. */
async function settings(client) {
  const { runtime, database, session, budget, journal, consent, redact, tracks, devtools, queue } = client.about();
  const theirs = client.state() === "python" ? await client.python().call("settings") : null;
  return {
    runtime, database, session, budget, journal, consent, tracks: tracks === true, redacts: redact !== false,
    commands: devtools?.commands === true, queue: queue ?? "priority", queues: ["priority", "fifo", "batch"],
    config: null, retention: null, ...theirs,
  };
}

/** {format, conditions | ids}: the page saves the file; {name, type, bytes} of it. */
async function save(client, { format, conditions, ids }, { signal, progress }) {
  if (!client.self.export) throw new Error("this build can't export");
  const onProgress = (about) => progress(about).catch(() => {}); // an end is told by the signal
  return client.self.export({ format, conditions, ids, signal, onProgress });
}

export const ASKS = { trace, query, rows, row, deadLetters, sessions, settings, health, window, tabs, export: save };
