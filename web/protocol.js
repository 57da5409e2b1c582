// The wire between the page and Python: every message that crosses the port is described here.
//
// page → Python   {start: '{options}', name}         once; the name of the lock that the page holds
//                 {parcels: [parcel…], heap: [used, limit]?}   traces; see parcel.js
//                 {call: number, method, args: '[…]'}
//                 {end: true}                        what is held is somebody else's now
//                 {away: [name…]}                    pages that share this worker, but are not there (connect.js)
// Python → page   {alive: name}                      the Web Lock that the worker holds while it lives
//                 {started: '{"result": {queue, ignored}}' or '{"error": {name, message}}'}
//                 {answer: number, json: '{"result": …}' or '{"error": …}'}
//                 {dead: reason}                     Python can't go on
//                 {ended: reason}                    the page's endpoint has ended: it was away
//                 '{"grant": [count, bytes, count, bytes], "settled": {fate: [[first, last]…]}}'
//                                                    what the page may have sent in all, and when it
//                                                    sends CRITICAL; the numbers (as sent, from 1) of
//                                                    what came to an end
//                 '{"event": kind, "payload": {…}}'
//
export const PRIORITIES = ["low", "normal", "high", "critical"];
export const NORMAL = 1;
export const CRITICAL = 3;

/** A row's bounds, and a parcel's: traces, and bytes of the JSON array. */
export const MAX_COUNT = 250;
export const MAX_BYTES = 128 * 1024;

/** How a trace can end: well, first. */
export const FATES = ["written", "evicted", "cancelled", "dead", "refused"];

// Marked as pure, so that shim.js can do without them.
export const EVENTS = /* @__PURE__ */ "backpressure batch drop deadletter breaker memory mode error drained recovered".split(" ");

/** What a page can ask of its client; control.js answers. */
export const QUESTIONS = /* @__PURE__ */ (
  "metrics query status cancel reprioritize setQueue pause resume reconfigure window health deadLetters replayDeadLetters " +
  "reviewDeadLetter purgeDeadLetters sessions tabs purge enforceRetention setRetention export watch"
).split(" ");

/** A count for each priority. */
export const zeros = () => [0, 0, 0, 0];

export function add(counts, more) {
  more.forEach((count, priority) => (counts[priority] += count));
}

export const sum = (counts) => counts.reduce((total, count) => total + count, 0);

/** An Error of ours: pages tell them by name. */
export const named = (name, message) => Object.assign(new Error(message), { name });

/** The result in an answer's JSON, or its error as an Error to throw. */
export function unwrap(json) {
  const { result, error } = JSON.parse(json);
  if (error) throw named(error.name, error.message);
  return result;
}
