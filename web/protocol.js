// The wire between the page and Python: every message that crosses the port is described here.
//
// page → Python   {start: options}                   once
//                 {lanes: [lane…], heap: [used, limit]?}   traces, at most one message a tick
//                 {call: number, method, args: [...]}
// Python → page   {started: '{"result": {queue, ignored}}' or '{"error": {name, message}}'}
//                 {answer: number, json: '{"result": …}' or '{"error": …}'}
//                 '{"grant": [count, bytes]}'        what the page may have sent in all
//                 '{"event": kind, "payload": {…}}'
//
// A lane is one priority's traces as columns of text, a line each; see pyqueue/browser/endpoint.py.

export const PRIORITIES = ["low", "normal", "high", "critical"];
export const NORMAL = 1;
export const CRITICAL = 3;

export const EVENTS = [
  "backpressure", "batch", "drop", "deadletter", "breaker", "memory", "mode", "error", "drained",
];

/** What a page can ask of its client; control.js answers. */
export const QUESTIONS = [
  "metrics", "query", "status", "cancel", "reprioritize", "setQueue", "pause", "resume", "reconfigure",
  "window", "health", "deadLetters", "replayDeadLetters", "reviewDeadLetter", "purgeDeadLetters",
];

const column = (traces, key) => traces.map((trace) => trace[key]).join("\n");

export function lane(priority, traces) {
  return {
    priority,
    ids: column(traces, "id"),
    traceIds: column(traces, "traceId"),
    times: column(traces, "timestamp"),
    ats: traces.every(({ timestamp, at }) => timestamp === at) ? "" : column(traces, "at"),
    texts: column(traces, "text"),
  };
}

/** An Error of ours: pages tell them by name. */
export const named = (name, message) => Object.assign(new Error(message), { name });

/** The result in an answer's JSON, or its error as an Error to throw. */
export function unwrap(json) {
  const { result, error } = JSON.parse(json);
  if (error) throw named(error.name, error.message);
  return result;
}
