// What a list shows of a trace. What is long is cut: the whole is asked for by id.

import { PRIORITIES } from "../protocol.js";

const LONGEST = 300; // characters

/** `trace` as trace.js makes it. */
export function summary({ id, text, size }, state) {
  const { name, priority, timestamp, duration, status, traceId, spanId, parentId } = JSON.parse(text);
  return {
    id: cut(id), name: cut(name), priority, timestamp, duration, status: cut(status),
    traceId: cut(traceId), spanId: cut(spanId), parentId: cut(parentId), size, state,
  };
}

/** A stored letter, as a list shows it: its trace is asked for by its key. */
export function letterSummary({ id, trace, priority, reason, error, attempts, time, resolution }) {
  const { name } = parsed(trace) ?? {};
  return {
    key: id, reason, attempts, at: time, count: 1, priority: PRIORITIES[priority], names: name ? [cut(name)] : [],
    error: cut(error), resolution: cut(resolution) ?? null, size: trace.length,
  };
}

/** Tools may pass it on as JSON in UTF-8, where half a character has no place. */
export function cut(text, longest = LONGEST) {
  if (typeof text !== "string") return undefined;
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return short.toWellFormed?.() ?? short;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch { // another may have written it
    return undefined;
  }
}
