// How the sample's page answers. Each is a generator: it yields progress, and returns the answer.

import { hasAttribute, hasText } from "../contents.js";
import { PRIORITIES } from "./format.js";
import { nameOf } from "./sample_app.js";

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

function matches(conditions, trace) {
  const { name, priority, status, traceId, since = -Infinity, until = Infinity, text = "", attributes = {} } = conditions;
  const wanted = Object.entries({ name, priority, status, traceId }).filter(([, value]) => value != null);
  return (
    wanted.every(([field, value]) => trace[field] === value) &&
    trace.timestamp >= since && trace.timestamp <= until && (!text || hasText(trace, text.toLowerCase())) &&
    Object.entries(attributes).every(([path, value]) => hasAttribute(trace.attributes, path, value))
  );
}

function* exported({ queue }, { format, ids }) {
  const traces = all(queue).map(plain).filter(({ id }) => !ids || ids.includes(id));
  const steps = 12;
  for (let step = 0; step < steps; step += 1) yield { done: Math.floor((traces.length * step) / steps), total: traces.length };
  return { name: `pyqueue.${format}`, type: "application/json", bytes: JSON.stringify(traces).length };
}

function retention(source, { dryRun, ...changes }) {
  if (!dryRun) source.settings.retain(changes);
  const { rows } = source.queue;
  const before = rows.reduce((sum, { count }) => sum + count, 0);
  const count = Math.floor(before / 5);
  const normal = Math.floor(count / 5);
  return {
    dryRun,
    deleted: { count, rows: Math.floor(rows.length / 5), bytes: count * 410, byPriority: { critical: 0, high: 0, normal, low: count - normal } },
    compacted: { count: 0, rows: 0, bytes: 0 },
    left: { count: before - count, rows: rows.length, bytes: (before - count) * 410 },
    isOver: false,
    duration: 14,
  };
}

function sessions({ queue, time }) {
  const live = { session: queue.session, ...queue.metrics(time), closed: null };
  const past = [1, 2, 3, 4].map((n) => pastSession(n, time));
  return [live, ...past];
}

/** The n-th before; the third ended in a crash. */
function pastSession(n, time) {
  const hour = 3_600_000;
  const [offered, lost] = [4_000 * n + 517, n === 3 ? 40 : 0];
  const fates = { refused: n, evicted: 12 * n, cancelled: n % 2, dead: 0, queued: 0, inFlight: 0, retrying: 0 };
  return {
    session: `${nameOf(time - (n + 1) * 1.5 * hour)}-1`, offered, accepted: offered - n, ...fates,
    written: offered - n - 12 * n - (n % 2) - lost, batches: 60 * n,
    closed: time - n * 1.5 * hour, recovered: lost && 28, unknown: lost && 12,
  };
}

function trace({ queue }, { id }) {
  const known = [...all(queue), ...queue.letters.map((letter) => letter.trace)];
  const found = known.find((one) => one.id === id);
  return found ? plain(found) : null;
}

function review({ queue }, { key, text }) {
  const letter = queue.letters.find((one) => one.key === key);
  if (letter) letter.resolution = text;
  return !!letter;
}

function replay({ queue, time }, { keys }) {
  const letters = take(queue, keys);
  for (const letter of letters) queue.offer({ ...letter.trace, size: undefined }, time);
  return letters.length;
}

function tabs({ queue, time }) {
  return [{ session: queue.session.slice(0, -2), isThis: true, isLeader: true, metrics: queue.metrics(time) }];
}

const ANSWERS = {
  trace,
  query,
  rows: ({ queue }, { limit = 100, before }) =>
    queue.rows.filter(({ key }) => key < (before ?? Infinity)).slice(-limit).reverse().map(({ traces, ...row }) => row),
  row: ({ queue }, { key }) => queue.rows.find((row) => row.key === key)?.traces.map(plain) ?? null,
  deadLetters: ({ queue }) => queue.letters.map(({ trace, ...letter }) => letter),
  sessions,
  tabs,
  settings: ({ queue, settings: { config, retention: policy } }) =>
    ({ queue: queue.mode, queues: ["priority", "fifo", "batch"], config, retention: policy }),
  export: exported,
  flush: () => null,
  pause: ({ queue }) => void (queue.paused = true),
  resume: ({ queue }) => void (queue.paused = false),
  setQueue: ({ queue }, { queue: kind }) => (queue.mode = kind),
  reprioritize: ({ queue }, { id }) => PRIORITIES.some((priority) => queue.lanes[priority].some((trace) => trace.id === id)),
  cancel: () => false,
  replay,
  review,
  purge: ({ queue }, { keys }) => take(queue, keys).length,
  retention,
  configure: ({ settings }, { config }) => settings.configure(config),
};

function take(queue, keys) {
  const taken = queue.letters.filter(({ key }) => keys.includes(key));
  queue.letters = queue.letters.filter(({ key }) => !keys.includes(key));
  return taken;
}
