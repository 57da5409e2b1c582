// The formats by the names under which Python (pyqueue/formats/registry.py), pages and the inspector know them;
// and those that need no Python.

export const FORMATS = {
  json: { type: "application/json", extension: "json" },
  text: { type: "text/plain", extension: "txt" },
  ndjson: { type: "application/x-ndjson", extension: "ndjson" },
  csv: { type: "text/csv", extension: "csv" },
  chrome: { type: "application/json", extension: "trace.json" },
  otlp: { type: "application/jsonl", extension: "jsonl" },
};

/** Makers of encoders, whose pieces together are the file: {begin(), add(trace), end()}. */
export const ENCODERS = { json: jsonEncoder, ndjson: ndjsonEncoder };

function ndjsonEncoder() {
  return { begin: () => "", add: (trace) => `${toJson(trace)}\n`, end: () => "" };
}

/** As verbose as Python's is unless it is told otherwise. */
function jsonEncoder() {
  let count = 0;
  const head = { version: "1.0.0", type: "traces", generated: new Date().toISOString(), generator: "pyqueue", verbosity: "verbose" };
  return {
    begin: () => `${JSON.stringify(head).slice(0, -1)},"traces":[\n`,
    add: (trace) => (count++ ? ",\n" : "") + toJson({ ...trace, time: isoTime(trace.timestamp) }, 2),
    end: () => `\n],"summary":{"count":${count}}}\n`,
  };
}

function isoTime(timestamp) {
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? `${timestamp} ms` : time.toISOString();
}

const LONE = /\p{Surrogate}/gu;

/** UTF-8 has no bytes for a lone surrogate: it becomes U+FFFD. */
const utf8 = (text) => text.replace(LONE, "\ufffd");

function toJson(value, indent) {
  const json = JSON.stringify(value, undefined, indent);
  return json.includes("\\ud") ? JSON.stringify(value, inUtf8, indent) : json;
}

function inUtf8(_, value) {
  if (typeof value === "string") return utf8(value);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [utf8(key), inner]));
}
