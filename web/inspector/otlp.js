// Traces as OTLP/JSON and back, as pyqueue/formats/otlp.py has them; for one to copy, and for files that are opened.

const OURS = "pyqueue.";
const THEIRS = "pyqueue.attributes."; // before an attribute that begins like ours
const NONE = "[none]";
const EXCEPTION = { type: "exception.type", message: "exception.message", stack: "exception.stacktrace" };
const CODES = { 1: "ok", 2: "error", STATUS_CODE_OK: "ok", STATUS_CODE_ERROR: "error" };

/** A request with these traces as spans. */
export async function spansOf(traces) {
  const spans = await Promise.all(traces.map(spanOf));
  return { resourceSpans: [{ resource: { attributes: keyValues({ "service.name": "pyqueue" }) }, scopeSpans: [{ scope: { name: "pyqueue" }, spans }] }] };
}

async function spanOf({ id, name, priority, timestamp, duration = 0, attributes = {}, traceId, spanId, parentId, status, error }) {
  const isError = status === "error" || !!error;
  const place = {
    traceId: isHex(traceId, 32) ? traceId.toLowerCase() : await made(traceId ? "trace id" : "trace", traceId || id, 32),
    spanId: isHex(spanId, 16) ? spanId.toLowerCase() : await made(spanId ? `span id ${traceId ?? ""}` : "span", spanId || id, 16),
    ...(parentId && { parentSpanId: isHex(parentId, 16) ? parentId.toLowerCase() : await made(`span id ${traceId ?? ""}`, parentId, 16) }),
  };
  const given = { trace_id: [traceId, place.traceId], span_id: [spanId, place.spanId], parent_id: [parentId, place.parentSpanId] };
  const ours = { id, priority };
  for (const [key, [was, is]] of Object.entries(given)) if ((was ?? "") !== (is ?? "")) ours[key] = was || NONE;
  if (status && status !== "ok" && status !== "error") ours.status = status;
  else if (isError && status !== "error") ours.status = status || NONE;
  const end = nanoseconds(timestamp) + nanoseconds(Math.max(0, duration));
  return {
    ...place, name: name || "(no name)", kind: 1, startTimeUnixNano: String(nanoseconds(timestamp)), endTimeUnixNano: String(end),
    attributes: [...keyValues(prefixed(attributes)), ...keyValues(Object.fromEntries(Object.entries(ours).map(([key, value]) => [OURS + key, value])))],
    ...(error && { events: [{ timeUnixNano: String(end), name: "exception", attributes: exception(error) }] }),
    status: isError ? { code: 2, ...(error?.message && { message: String(error.message) }) } : status === "ok" ? { code: 1 } : {},
  };
}

const exception = (error) => {
  const parts = typeof error === "object" ? error : { message: String(error) };
  return keyValues(Object.fromEntries(Object.entries(EXCEPTION).filter(([key]) => parts[key] != null).map(([key, name]) => [name, String(parts[key])])));
};

const prefixed = (attributes) => Object.fromEntries(Object.entries(attributes ?? {}).map(([key, value]) => [key.startsWith(OURS) ? THEIRS + key : key, value]));

const isHex = (text, digits) => typeof text === "string" && text.length === digits && /^[\da-f]+$/i.test(text) && !/^0+$/.test(text);

/** Always the same for the same text. */
async function made(what, text, digits) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${what}/${text}`));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, digits);
}

function nanoseconds(ms) {
  const whole = Math.trunc(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

const keyValues = (attributes) => Object.entries(attributes).filter(([, value]) => value != null).map(([key, value]) => ({ key: key || "[empty]", value: anyValue(value) }));

function anyValue(value) {
  if (typeof value === "boolean") return { boolValue: value };
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  if (Number.isFinite(value)) return { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map((item) => (item == null ? { stringValue: "[null]" } : anyValue(item))) } };
  if (value && typeof value === "object") return { kvlistValue: { values: keyValues(value) } };
  return { stringValue: String(value) };
}

// And back

/** The traces of a request; throws where it is none. */
export function tracesOf(request) {
  if (!Array.isArray(request?.resourceSpans)) throw new TypeError("no OTLP request: it has no resourceSpans");
  const scopes = request.resourceSpans.flatMap((resource) => resource.scopeSpans ?? []);
  return scopes.flatMap(({ spans = [] }) => spans.map(traceOf));
}

function traceOf(span) {
  const every = attributesIn(span.attributes);
  const ours = (key) => every[OURS + key];
  const attributes = Object.fromEntries(Object.entries(every)
    .filter(([key]) => !key.startsWith(OURS) || key.startsWith(THEIRS)).map(([key, value]) => [key.startsWith(THEIRS) ? key.slice(THEIRS.length) : key, value]));
  const [start, end] = [Number(span.startTimeUnixNano ?? 0), Number(span.endTimeUnixNano ?? 0)];
  const texts = {
    traceId: ours("trace_id") ?? span.traceId, spanId: ours("span_id") ?? span.spanId,
    parentId: ours("parent_id") ?? span.parentSpanId, status: ours("status") ?? CODES[span.status?.code],
  };
  const error = errorIn(span);
  return {
    id: ours("id") ?? `${span.traceId}-${span.spanId}`, name: span.name ?? "(no name)", priority: ours("priority") ?? (texts.status === "error" ? "critical" : "normal"),
    timestamp: ours("timestamp") ?? start / 1e6, duration: ours("duration") ?? Math.max(0, end - start) / 1e6, attributes,
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value && value !== NONE)), ...(error !== undefined && { error }),
  };
}

function errorIn({ events }) {
  const found = (events ?? []).find(({ name }) => name === "exception");
  if (!found) return undefined;
  const said = attributesIn(found.attributes);
  return said[`${OURS}error`] ?? Object.fromEntries(Object.entries(EXCEPTION).filter(([, name]) => name in said).map(([key, name]) => [key, said[name]]));
}

function attributesIn(values) {
  const found = Object.create(null); // where "__proto__" is a key like any other
  for (const { key, value } of values ?? []) found[key] = valueIn(value);
  return found;
}

function valueIn(value) {
  const [[kind, content] = []] = Object.entries(value ?? {});
  if (kind === "intValue" || kind === "doubleValue") return Number(content);
  if (kind === "kvlistValue") return attributesIn(content.values);
  if (kind === "arrayValue") return (content.values ?? []).map(valueIn);
  return content ?? null;
}
