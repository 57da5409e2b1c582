// Queries where there is no Python; loaded when first asked. The same conditions as pyqueue/query.py.

import { Database } from "./database.js";

/** The stored traces that match, and those of `held` (JSON texts), each once. */
export async function select(database, conditions, held) {
  const rows = await new Database(database).rows();
  const stored = await Promise.all(rows.map(async (row) => JSON.parse(await text(row))));
  const all = [...stored.flat(), ...held.map((json) => JSON.parse(json))];
  const found = [...new Map(all.filter(matcher(conditions)).map((trace) => [trace.id, trace])).values()];
  const { order, limit } = conditions;
  if (order === "asc" || order === "desc") found.sort((a, b) => a.timestamp - b.timestamp);
  if (order === "desc") found.reverse();
  return limit == null ? found : found.slice(0, limit);
}

function matcher({ id, name, priority, traceId, since, until }) {
  return (trace) =>
    (id == null || trace.id === id) &&
    (name == null || trace.name === name) &&
    (priority == null || trace.priority === priority) &&
    (traceId == null || trace.traceId === traceId) &&
    (since == null || trace.timestamp >= since) &&
    (until == null || trace.timestamp <= until);
}

async function text({ codec, data }) {
  if (codec === "json") return data;
  return new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
