// From a page's first line on: takes traces before anything else is loaded.
//
//   <script src="/pyqueue/shim.js"></script>   options: data-database, data-redact, data-consent="off"
//
// It is `window.pyqueue` until there is a client, with trace() and span(), and keeps what it took for that
// client to adopt: the traces' text and time, in order, and the counts of what it had to drop. The client
// reads each text again, by the page's own rules: here is room for none, so a text is as the page gave
// it. Where the page goes away first, coarse rules make a journal of it, which a later start recovers.

import { REDACTED, SUSPECT } from "./redact.js";
import { newSession, now, readerBy } from "./trace.js";

const MAX_COUNT = 2000;
const MAX_BYTES = 2 ** 20;
const JOURNAL = 60_000; // characters

const key = Symbol.for("pyqueue");
const { database = "pyqueue", redact = "pwd", consent } = { ...document.currentScript?.dataset };
/** Keys that hide their value in the journal: all that redact.js knows, and in doubt some more. */
const KEYS = RegExp(`pass|pwd|secret|cred|key|card|token|auth|cookie|pin|otp|ssn|cv|jwt|iban|${redact}`, "i");

const session = newSession();
const traces = [];
let isLeaving = false;

const rules = {
  hides: (key) => isLeaving && KEYS.test(key),
  text: (value) => (isLeaving && SUSPECT.test(value) ? REDACTED : value),
};
const read = readerBy(rules, `${session}-s`); // the client's reader, of the same session, makes other ids

const shim = {
  session,
  traces,
  /** For want of room, by priority. */
  refused: [0, 0, 0, 0],
  evicted: [0, 0, 0, 0],
  /** What was no trace. */
  invalid: 0,

  /** As the client's; once there is one, its own, also for whoever kept this. */
  trace(...args) {
    try {
      if (globalThis[key] !== shim) return globalThis[key].trace(...args);
      return consent === "off" ? null : take(read(...args));
    } catch {
      shim.invalid++;
    }
    return null;
  },

  span(name, attributes, options) {
    const from = now();
    let id;
    return {
      end: (last) => {
        try {
          const timed = { timestamp: from, duration: now() - from, ...options, ...last };
          return (id ??= shim.trace(name, { ...attributes, ...last?.attributes }, timed));
        } catch {
          return shim.trace(); // a getter of the caller's: it is refused
        }
      },
    };
  },
};

function take(trace) {
  const fits = (held) => held.length < MAX_COUNT && held.reduce((bytes, { size }) => bytes + size, trace.size) <= MAX_BYTES;
  if (!fits(traces.filter(({ priority }) => priority >= trace.priority))) { // none is evicted in vain
    shim.refused[trace.priority]++;
    return null;
  }
  while (!fits(traces)) {
    const least = traces.reduce((a, b) => (a.priority > b.priority ? b : a));
    shim.evicted[least.priority]++;
    traces.splice(traces.indexOf(least), 1);
  }
  traces.push(trace);
  return trace.id;
}

/** Writes the journal as journal.js does. A client that adopted left nothing to write. */
function leave() {
  if (!traces.length) return;
  let room = JOURNAL;
  isLeaving = true;
  const texts = traces
    .toSorted((a, b) => b.priority - a.priority)
    .map(({ text }) => JSON.parse(text))
    .map((trace) => read(trace.name, trace.attributes, trace).text)
    .filter(({ length }) => length < room && (room -= length + 1));
  isLeaving = false;
  try {
    localStorage.setItem(
      `pyqueue/${database}/${session}`,
      `{"time":${Date.now()},"held":${traces.length},"traces":[${texts}]}`,
    );
  } catch {} // blocked or full: there is no other place
}

if (!globalThis[key]) {
  globalThis.pyqueue = globalThis[key] = shim;
  addEventListener("pagehide", leave);
  addEventListener("visibilitychange", leave);
}
