// Which rows a query reads where there is no Python, and in which order: as few as the indexes allow. As
// pyqueue/browser/plan.py, which tells why.

import { along, ask, between, byKey, fetchRows, keysIn, sifted } from "./ways.js";

const FEW = 100; // rows that are read at once
const EVER = Infinity;

/** Ways that lead to all rows that can hold a match, one after the other. */
export async function waysFor(database, query) {
  const { id, order, since } = query;
  if (id != null) {
    const page = /^[0-9a-z]{17}(?=-.)/.exec(id)?.[0]; // its writers are the likeliest
    const likely = page ? [along(database, "order", [page], [`${page}-\uffff`], true)] : [];
    return [...likely, along(database, "order", undefined, undefined, true)];
  }
  const keys = await few(database, query);
  if (keys) return [sorted(database, order, await fetchRows(database, keys))];
  if (order !== "stored") return byTime(database, query);
  const all = along(database, "order");
  return [since == null ? all : sifted(database, all, ["time", between(since, EVER)], FEW)];
}

/** Keys of few rows, among which all are that can hold a match, if there are such. */
async function few(database, { traceId, level, since, until, order }) {
  const spans = [];
  if (traceId != null) spans.push(["traceIds", between(traceId, traceId)]);
  if (level) spans.push(["priority", between(level, EVER)]); // a mixed row stands under the highest that it holds
  if (since != null && order !== "desc") spans.push(["time", between(since, EVER)]);
  if (until != null && order !== "asc") spans.push(["start", between(-EVER, until)]);
  const [least] = spans.length ? shortest(await keysIn(database, spans, FEW + 1)) : [];
  if (!least || least.length <= FEW) return least;
  if (order !== "stored" || since == null || until == null) return undefined;
  const [ended] = await keysIn(database, [["time", between(since, until)]], FEW + 1);
  const others = ended.length <= FEW && (await across(database, until));
  return others ? [...new Set([...ended, ...others])] : undefined;
}

/** Along the time; first come those that lie across the time at which that begins. */
async function byTime(database, { since, until, order }) {
  const isAsc = order === "asc";
  const [index, begin] = isAsc ? ["start", since] : ["time", until];
  const keys = begin == null ? [] : await across(database, begin);
  const [lower, upper] = keys ? [since, until] : isAsc ? [undefined, until] : [since, undefined];
  const way = along(database, index, lower ?? -EVER, upper ?? EVER, !isAsc);
  if (!keys) return [way];
  const rows = await fetchRows(database, keys);
  return [sorted(database, order, rows.filter(({ row }) => (isAsc ? row.tMin < since : row.tMax > until))), way];
}

/** Keys of few rows, among which all are that begin by this time and end at it or later, if they are few. */
async function across(database, time) {
  const spans = [["time", between(time, EVER)], ["start", between(-EVER, time)]];
  let [keys] = shortest(await keysIn(database, spans, FEW + 1));
  if (keys.length > FEW) {
    const [first, last] = [await edge(database, "start", "next"), await edge(database, "time", "prev")];
    const [wide, narrow] = await keysIn(database, time - first < last - time
      ? [spans[1], ["time", IDBKeyRange.upperBound(time, true)]]
      : [spans[0], ["start", IDBKeyRange.lowerBound(time, true)]]);
    const others = new Set(narrow);
    keys = wide.filter((key) => !others.has(key));
  }
  return keys.length <= FEW ? keys : undefined;
}

/** The first key of an index of times, or the last. */
async function edge(database, index, direction) {
  const issue = (segments) => [segments.index(index).openKeyCursor(between(-EVER, EVER), direction)];
  return (await ask(database, issue))[0].key;
}

const shortest = (lists) => lists.sort((a, b) => a.length - b.length);

function sorted(database, order, rows) {
  const inOrder = {
    stored: (a, b) => indexedDB.cmp([a.session, a.seqFirst], [b.session, b.seqFirst]),
    asc: (a, b) => a.tMin - b.tMin,
    desc: (a, b) => b.tMax - a.tMax,
  }[order];
  return byKey(database, rows.sort((a, b) => inOrder(a.row, b.row)).map(({ key }) => key));
}
