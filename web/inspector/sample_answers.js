// How the sample's page answers. Each is a generator: it yields progress, and returns the answer.

import { hasAttribute, hasText } from "../contents.js";
import { PRIORITIES } from "./format.js";
import { nameOf } from "./sample_app.js";
import { ROOM } from "./sample_queue.js";

const COMMANDS = "flush pause resume setQueue reprioritize cancel replay review purge retention configure".split(" ");

export function* answers(source, what, args) {
  if (!ANSWERS[what]) throw new Error(`ask: unknown question ${what}; use ${Object.keys(ANSWERS).join(", ")}`);
  if (COMMANDS.includes(what) && !source.commands) {
    throw new Error(`${what} is a command, and this page allows none: start({ devtools: { commands: true } })`);
  }
  const answer = ANSWERS[what](source, args);
  return answer?.next ? yield* answer : answer;
}

const plain = ({ at, size, ...trace }) => trace;
const all = (queue) => [...queue.stored(), ...queue.unstored()];

function* query({ queue }, { conditions = {}, pageSize = 500 }) {
  const traces = all(queue);
  let count = 0;
  for (let from = 0; from < traces.length; from += 2_000) {
    const items = traces.slice(from, from + 2_000).filter((trace) => matches(conditions, trace)).map(plain).slice(0, pageSize);
    count += items.length;
    yield { done: Math.min(from + 2_000, traces.length), total: traces.length, items };
    if (count >= (conditions.limit ?? Infinity)) break;
  }
  return { count };
}

function matches({ name, priority, status, traceId, since, until, text, attributes }, trace) {
  return (name == null || trace.name === name) && (priority == null || trace.priority === priority) &&
    (status == null || trace.status === status) && (traceId == null || trace.traceId === traceId) &&
    (since == null || trace.timestamp >= since) && (until == null || trace.timestamp <= until) &&
    (text == null || hasText(trace, text.toLowerCase())) &&
    Object.entries(attributes ?? {}).every(([path, value]) => hasAttribute(trace.attributes, path, value));
}

function* exported({ queue }, { format, ids }) {
  const traces = all(queue).map(plain).filter(({ id }) => !ids || ids.includes(id));
  const steps = 12;
  for (let step = 0; step < steps; step += 1) yield { done: Math.floor((traces.length * step) / steps), total: traces.length };
  return { name: `pyqueue.${format}`, type: "application/json", bytes: JSON.stringify(traces).length };
}

const CONFIG = {
  maxQueueSize: ROOM, maxQueueBytes: 5_242_880, rateLimit: 0, sampleRate: 1, maxBatchSize: 60, maxBatchBytes: 131_072,
  batchTimeout: 1_000, maxInFlight: 4, maxRetries: 3, retryBaseDelay: 100, heapThreshold: 0.8, breakerThreshold: 10, breakerCooldown: 5_000,
};
const RETENTION = { maxAge: 604_800_000, maxCount: 0, maxBytes: 20_971_520, maxShare: 0.1, keepNames: ["payment.*"], keepIds: [] };
const MEANINGS = {
  maxQueueSize: "traces held: queued, in flight, retrying", maxQueueBytes: "their encoded bytes", rateLimit: "traces a second for each source; 0 is no limit",
  sampleRate: "share of the traces that is kept", maxBatchSize: "traces in a batch", maxBatchBytes: "bytes in a batch", batchTimeout: "longest wait of a trace for its batch",
  maxInFlight: "transactions at a time", maxRetries: "attempts after the first", retryBaseDelay: "first retry waits up to this long", heapThreshold: "share of the platform's heap limit",
  breakerThreshold: "consecutive failures until it opens", breakerCooldown: "time to the first probe", maxAge: "after which a trace goes, however important",
  maxCount: "stored traces", maxBytes: "their bytes", maxShare: "of the quota that others in the origin leave", keepNames: "exact, or with `*`, `?` and `[…]`", keepIds: "exact, or with `*`, `?` and `[…]`",
};
const SHARES = ["sampleRate", "heapThreshold", "maxShare"];

const described = (options) => Object.fromEntries(Object.entries(options).map(([name, value]) => {
  const numbers = typeof value === "number" ? { least: name.startsWith("max") && name !== "maxAge" && name !== "maxCount" ? 1 : 0, most: SHARES.includes(name) ? 1 : null } : {};
  return [name, { value, default: CONFIG[name] ?? RETENTION[name], meaning: MEANINGS[name], ...(SHARES.includes(name) ? { ...numbers, least: 0 } : numbers) }];
}));

function configure(source, { config }) {
  for (const [name, value] of Object.entries(config)) {
    if (!(name in CONFIG)) throw new Error(`config: unknown option ${name}`);
    const { least, most } = described(CONFIG)[name];
    if (!(value >= least) || value > (most ?? Infinity)) throw new Error(`${name} must be ${most === null ? `at least ${least}` : `${least} to ${most}`}, not ${value}`);
  }
  Object.assign((source.config ??= { ...CONFIG }), config);
  return source.config;
}

function retention(source, { dryRun, ...changes }) {
  source.retention = { ...RETENTION, ...source.retention, ...changes };
  const { rows } = source.queue;
  const left = rows.reduce((sum, { count }) => sum + count, 0);
  const count = Math.floor(left * 0.2);
  return {
    dryRun, deleted: { count, rows: Math.floor(rows.length * 0.2), bytes: count * 410, byPriority: { critical: 0, high: 0, normal: Math.floor(count * 0.2), low: count - Math.floor(count * 0.2) } },
    compacted: { count: 0, rows: 0, bytes: 0 }, left: { count: left - count, rows: rows.length, bytes: (left - count) * 410 }, bytesAllowed: 20_971_520, isOver: false, duration: 14,
  };
}

function sessions({ queue, time }) {
  const live = { session: queue.session, ...queue.metrics(time), closed: null };
  const past = [1, 2, 3, 4].map((n) => {
    const offered = 4_000 * n + 517;
    return {
      session: `${nameOf(time - (n + 1) * 5_400_000)}-1`, offered, accepted: offered - n, refused: n, evicted: n * 12, cancelled: n % 2,
      written: offered - n - n * 12 - (n % 2) - (n === 3 ? 40 : 0), dead: 0, queued: 0, inFlight: 0, retrying: 0, batches: 60 * n,
      closed: time - n * 5_400_000, recovered: n === 3 ? 28 : 0, unknown: n === 3 ? 12 : 0,
    };
  });
  return [live, ...past];
}

const ANSWERS = {
  trace: ({ queue }, { id }) => { const found = [...all(queue), ...queue.letters.map(({ trace }) => trace)].find((trace) => trace.id === id); return found ? plain(found) : null; },
  query,
  rows: ({ queue }, { limit = 100, before }) =>
    queue.rows.filter(({ key }) => key < (before ?? Infinity)).slice(-limit).reverse().map(({ traces, ...row }) => row),
  row: ({ queue }, { key }) => queue.rows.find((row) => row.key === key)?.traces.map(plain) ?? null,
  deadLetters: ({ queue }) => queue.letters.map(({ trace, ...letter }) => letter),
  sessions,
  tabs: ({ queue, time }) => [{ session: queue.session.slice(0, -2), isThis: true, isLeader: true, metrics: queue.metrics(time) }],
  settings: (source) => ({
    queue: source.queue.mode, queues: ["priority", "fifo", "batch"], config: described(source.config ?? CONFIG), retention: described(source.retention ?? RETENTION),
  }),
  export: exported,
  flush: () => null,
  pause: ({ queue }) => void (queue.paused = true),
  resume: ({ queue }) => void (queue.paused = false),
  setQueue: ({ queue }, { queue: kind }) => (queue.mode = kind),
  reprioritize: ({ queue }, { id }) => PRIORITIES.some((priority) => queue.lanes[priority].some((trace) => trace.id === id)),
  cancel: () => false,
  replay: ({ queue, time }, { keys }) => take(queue, keys).map(({ trace }) => queue.offer({ ...trace, size: undefined }, time)).length,
  review: ({ queue }, { key, text }) => { const letter = queue.letters.find((one) => one.key === key); if (letter) letter.resolution = text; return !!letter; },
  purge: ({ queue }, { keys }) => take(queue, keys).length,
  retention,
  configure,
};

function take(queue, keys) {
  const taken = queue.letters.filter(({ key }) => keys.includes(key));
  queue.letters = queue.letters.filter(({ key }) => !keys.includes(key));
  return taken;
}
