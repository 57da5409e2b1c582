// What tools see of a page's clients: globalThis[Symbol.for("pyqueue.devtools")]. README.md tells the contract.
//
//   const { hook } = await import("/pyqueue/devtools/hook.js");
//   const { cursor, clients, events, answers } = hook.read(null);   // then again and again, with the cursor
//
// Clients put themselves there when they start (pyqueue.js), and are otherwise as they were, until a tool reads. A tool
// that reads is watching; 5 s after the last read all is as before.

import { ASKS } from "./asks.js";
import { COMMANDS, refusal } from "./commands.js";
import { Desk } from "./desk.js";
import { install as formatInConsole } from "./formatters.js";
import { Ring } from "./ring.js";
import { quietly } from "./tap.js";
import { Watch } from "./watch.js";

const VERSION = 1;
const LAPSE = 5000; // ms after the last read

const epoch = Math.random().toString(36).slice(2);
const ring = new Ring();
const desk = new Desk();
const watches = new Map(); // a client's parts → its Watch
const readers = new Map(); // name → when it last read
let names = 0;
let timer;

/** Everything of a client that a tool can see, from `cursor` on: null, or what the last read returned. */
function read(cursor) {
  const known = cursor?.epoch === epoch && Number.isInteger(cursor.seq) ? cursor : { seq: undefined };
  const reader = readers.has(known.reader) ? known.reader : `${epoch}-${++names}`;
  readers.set(reader, performance.now());
  watch();
  const { events, missed, seq } = ring.since(known.seq ?? 0);
  return {
    version: VERSION,
    epoch,
    cursor: { epoch, seq, reader },
    missed: known.seq === undefined ? 0 : missed,
    clients: [...watches.values()].map(({ about }) => about),
    events,
    answers: desk.take(reader),
  };
}

/** Asks a client something; its answers come by read(). With a reader's cursor, by that one's alone. */
function ask(client, what, args = {}, cursor = undefined) {
  watch();
  return desk.open(async (way) => {
    const parts = hook.clients.find((one) => one.about().session === client);
    if (!parts) throw new Error(`there is no client ${JSON.stringify(client)} on this page`);
    if (Object.hasOwn(ASKS, what)) return ASKS[what](parts, args ?? {}, way);
    if (!Object.hasOwn(COMMANDS, what)) {
      throw new Error(`unknown: ${JSON.stringify(what)}; use one of ${[...Object.keys(ASKS), ...Object.keys(COMMANDS)]}`);
    }
    if (parts.about().devtools?.commands !== true) throw new Error(refusal(what));
    return COMMANDS[what](parts, args ?? {}, way);
  }, readers.has(cursor?.reader) ? cursor.reader : undefined);
}

const cancel = (ticket) => desk.cancel(ticket);

function watch() {
  if (!timer) for (const { missed } of watches.values()) ring.skip(missed);
  timer ??= setTimeout(look, LAPSE);
  hook.clients.forEach(meet);
}

function meet(parts) {
  if (!watches.has(parts)) watches.set(parts, new Watch(parts, ring));
  const one = watches.get(parts);
  if (!one.isOn) quietly(() => one.start());
}

/** Whether still somebody reads. */
function look() {
  const now = performance.now();
  for (const [reader, last] of readers) {
    if (now - last < LAPSE) continue;
    readers.delete(reader);
    desk.forget(reader);
  }
  timer = readers.size ? setTimeout(look, LAPSE / 5) : undefined;
  if (!readers.size) rest();
}

/** Nobody does: nothing is recorded, and nothing asked of a worker. */
function rest() {
  desk.forget("");
  for (const one of watches.values()) if (one.isOn) quietly(() => one.stop());
  ring.clear();
}

/** Completes what a tool or a client put there. */
function install() {
  const found = (globalThis[Symbol.for("pyqueue.devtools")] ??= { clients: [] });
  if (found.read) return found; // from another build of ours
  quietly(formatInConsole, found.clients);
  const { push } = Array.prototype;
  found.clients.push = (...clients) => {
    push.apply(found.clients, clients);
    if (timer) clients.forEach(meet);
  };
  return Object.assign(found, { version: VERSION, epoch, read, ask, cancel });
}

export const hook = install();
