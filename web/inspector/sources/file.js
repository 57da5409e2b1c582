// Files with traces, read where they lie: NDJSON, JSON, and OTLP/JSON lines. Nothing leaves the page.

import { tracesOf } from "../otlp.js";

const PAGE = 5_000; // traces told with one read
const PRIORITIES = ["low", "normal", "high", "critical"];

export class FileSource {
  isFile = true;
  #name;
  #traces;
  #answers = [];
  #tickets = 0;

  constructor(name, traces) {
    [this.#name, this.#traces] = [name, traces];
  }

  async read(cursor) {
    const from = cursor?.seq ?? 0;
    const traces = this.#traces.slice(from, from + PAGE);
    return {
      version: 1, epoch: "file", cursor: { epoch: "file", seq: from + traces.length }, missed: 0,
      clients: [{ id: 1, database: this.#name, commands: false, metrics: null }],
      events: traces.map((trace) => ({ ...trace, type: "trace", client: 1 })), answers: this.#answers.splice(0),
    };
  }

  async ask(client, what, args) {
    const ticket = ++this.#tickets;
    const answer = { trace: () => this.#traces.find(({ id }) => id === args.id) ?? null, query: () => this.#query(ticket, args) }[what];
    this.#answers.push(answer ? { ticket, done: true, value: answer() } : { ticket, done: true, error: `a file can't answer: ${what}` });
    return ticket;
  }

  async cancel() {}

  /** The spans of a trace; the list is filtered by itself. */
  #query(ticket, { conditions: { traceId, limit = Infinity } }) {
    const items = this.#traces.filter((trace) => traceId === undefined || trace.traceId === traceId).slice(0, limit);
    this.#answers.push({ ticket, done: false, progress: { done: items.length, total: items.length, items } });
    return { count: items.length };
  }
}

/** Reads files to a source. Throws an Error that names file and line where one can't be read. */
export async function openFiles(files, onProgress = () => {}) {
  const traces = [];
  for (const file of files) {
    try {
      for await (const some of tracesIn(file)) {
        for (const trace of some) traces.push(asTrace(trace, traces.length));
        onProgress(traces.length);
      }
    } catch (error) {
      throw new Error(`${file.name}: ${error.message}`);
    }
  }
  return new FileSource(files.map(({ name }) => name).join(", "), traces);
}

/** By what it begins with: a list or an object over several lines is JSON, everything else a value a line. */
async function* tracesIn(file) {
  const start = (await file.slice(0, 4_096).text()).trimStart();
  const [line, more] = start.split("\n", 2);
  if (start.startsWith("[") || (start.startsWith("{") && !isJson(line) && more !== undefined)) yield inDocument(JSON.parse(await file.text()));
  else yield* inLines(file);
}

const isJson = (text) => {
  try { return JSON.parse(text) !== undefined; } catch { return false; }
};

async function* inLines(file) {
  let number = 0;
  let rest = "";
  for await (const chunk of file.stream().pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    yield lines.flatMap((line) => inLine(line, ++number));
  }
  yield inLine(rest, number + 1);
}

function inLine(line, number) {
  if (!line.trim()) return [];
  try {
    return inDocument(JSON.parse(line));
  } catch (error) {
    throw new Error(`line ${number}: ${error.message}`);
  }
}

const isRequest = (value) => !!(value?.resourceSpans || value?.resourceLogs || value?.resourceMetrics);

/** One trace, an OTLP request, a list of these, or an export with `traces`. */
function inDocument(value) {
  if (Array.isArray(value)) return value.flatMap((one) => (isRequest(one) ? inDocument(one) : [one]));
  if (value?.resourceSpans) return tracesOf(value);
  if (Array.isArray(value?.traces)) return value.traces;
  if (isRequest(value)) return []; // a collector's file may have logs and metrics between the spans
  if (typeof value?.name === "string") return [value];
  throw new TypeError("no trace: it has neither a name nor resourceSpans");
}

/** What is missing is made up; what is of another type becomes text. */
function asTrace(trace, n) {
  if (trace === null || typeof trace !== "object") throw new TypeError(`trace ${n + 1} is no object`);
  const { id, name, priority, timestamp, duration, attributes } = trace;
  const level = PRIORITIES[priority] ?? worded(priority, "normal").toLowerCase();
  return {
    ...trace,
    id: worded(id, `line-${n + 1}`),
    name: worded(name, "(no name)"),
    priority: PRIORITIES.includes(level) ? level : "normal",
    timestamp: finite(timestamp),
    duration: finite(duration),
    attributes: attributes !== null && typeof attributes === "object" ? attributes : {},
  };
}

const worded = (value, otherwise) => (typeof value === "object" ? value && JSON.stringify(value) : value)?.toString() ?? otherwise;
const finite = (value) => (typeof value !== "object" && Number.isFinite(Number(value)) ? Number(value) : 0);
