// Traces as OTLP/JSON and back, as pyqueue/formats/otlp.py has them; for one to copy, and for files that are opened.

const OURS = "pyqueue.";
const THEIRS = "pyqueue.attributes."; // before an attribute that begins like ours
const NONE = "[none]";
const EXCEPTION = { type: "exception.type", message: "exception.message", stack: "exception.stacktrace" };
const CODES = { 1: "ok", 2: "error", STATUS_CODE_OK: "ok", STATUS_CODE_ERROR: "error" };

/** An object with other entries: `change(key, value)` gives [key, value], or nothing to leave it out. */
const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).flatMap(([key, value]) => {
    const entry = change(key, value);
    return entry ? [entry] : [];
  }));

/** A request with these traces as spans. */
export async function spansOf(traces) {
  const spans = await Promise.all(traces.map(spanOf));
  const resource = { attributes: keyValues({ "service.name": "pyqueue" }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "pyqueue" }, spans }] }] };
}

async function spanOf(trace) {
  const { name, timestamp, duration = 0, attributes, status, error } = trace;
  const place = await placeOf(trace);
  const start = nanoseconds(timestamp);
  const end = start + nanoseconds(Math.max(0, duration));
  return {
    ...place,
    name: name || "(no name)",
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: [...keyValues(theirs(attributes)), ...keyValues(ours(trace, place))],
    ...(error && { events: [{ timeUnixNano: String(end), name: "exception", attributes: exception(error) }] }),
    status: statusOf(status, error),
  };
}

const isError = (status, error) => status === "error" || !!error;

function statusOf(status, error) {
  if (isError(status, error)) return { code: 2, ...(error?.message && { message: String(error.message) }) };
  return status === "ok" ? { code: 1 } : {};
}

/** The span's ids: those that the trace has, or some that are made of what it has. */
async function placeOf({ id, traceId, spanId, parentId }) {
  const within = `span id ${traceId ?? ""}`;
  const span = (text) => (isHex(text, 16) ? text.toLowerCase() : made(within, text, 16));
  return {
    traceId: isHex(traceId, 32) ? traceId.toLowerCase() : await made(traceId ? "trace id" : "trace", traceId || id, 32),
    spanId: spanId ? await span(spanId) : await made("span", id, 16),
    ...(parentId && { parentSpanId: await span(parentId) }),
  };
}

/** What the span's own fields don't tell. */
function ours({ id, priority, traceId, spanId, parentId, status, error }, place) {
  const found = { id, priority };
  const places = [["trace_id", traceId, place.traceId], ["span_id", spanId, place.spanId], ["parent_id", parentId, place.parentSpanId]];
  for (const [key, was = "", is = ""] of places) if (was !== is) found[key] = was || NONE;
  if (isError(status, error) ? status !== "error" : status && status !== "ok") found.status = status || NONE;
  return mapped(found, (key, value) => [OURS + key, value]);
}

const theirs = (attributes) => mapped(attributes ?? {}, (key, value) => [key.startsWith(OURS) ? THEIRS + key : key, value]);

function exception(error) {
  const parts = typeof error === "object" ? error : { message: String(error) };
  const said = mapped(EXCEPTION, (key, name) => (parts[key] == null ? null : [name, String(parts[key])]));
  const isAll = typeof error === "object" && Object.keys(error).every((key) => typeof error[key] === "string" && key in EXCEPTION);
  return keyValues(isAll ? said : { ...said, [`${OURS}error`]: error });
}

const isHex = (text, digits) =>
  typeof text === "string" && text.length === digits && /^[\da-f]+$/i.test(text) && !/^0+$/.test(text);

/** Always the same for the same text. */
async function made(what, text, digits) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${what}/${text}`));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, digits);
}

function nanoseconds(ms) {
  const whole = Math.trunc(ms);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6));
}

const keyValues = (attributes) =>
  Object.entries(attributes).filter(([, value]) => value != null).map(([key, value]) => ({ key: key || "[empty]", value: anyValue(value) }));

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
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) => (spans ?? []).map((span) => traceOf(span, resource))));
}

/** The resource's attributes are the trace's, too, where others wrote it: which service it was is told nowhere else. */
function traceOf(span, resource) {
  const own = attributesIn(span.attributes);
  const every = `${OURS}id` in own ? own : { __proto__: null, ...attributesIn(resource?.attributes), ...own };
  const told = (key) => every[OURS + key];
  const [start, end] = [Number(span.startTimeUnixNano ?? 0), Number(span.endTimeUnixNano ?? 0)];
  const texts = {
    traceId: told("trace_id") ?? span.traceId,
    spanId: told("span_id") ?? span.spanId,
    parentId: told("parent_id") ?? span.parentSpanId,
    status: told("status") ?? CODES[span.status?.code],
  };
  return {
    id: told("id") ?? `${span.traceId}-${span.spanId}`,
    name: span.name ?? "(no name)",
    priority: told("priority") ?? (texts.status === "error" ? "critical" : "normal"),
    timestamp: told("timestamp") ?? start / 1e6,
    duration: told("duration") ?? Math.max(0, end - start) / 1e6,
    attributes: mapped(every, plainName),
    ...mapped(texts, (key, value) => value && value !== NONE && [key, value]),
    ...errorIn(span),
  };
}

function plainName(key, value) {
  if (key.startsWith(THEIRS)) return [key.slice(THEIRS.length), value];
  return key.startsWith(OURS) ? null : [key, value];
}

/** {error}, of the first exception among the span's events, or of what its status says; {} where there is none. */
function errorIn({ events, status }) {
  const found = (events ?? []).find(({ name }) => name === "exception");
  if (!found) return status?.message ? { error: { message: status.message } } : {};
  const said = attributesIn(found.attributes);
  return { error: said[`${OURS}error`] ?? mapped(EXCEPTION, (key, name) => (name in said ? [key, said[name]] : null)) };
}

function attributesIn(values) {
  const found = Object.create(null); // where "__proto__" is a key like any other
  for (const { key, value } of values ?? []) found[key] = valueIn(value);
  return found;
}

function valueIn(value) {
  const [[kind, content] = []] = Object.entries(value ?? {});
  if (kind === "intValue") return Number.isSafeInteger(Number(content)) ? Number(content) : content; // 64 bits, as text
  if (kind === "doubleValue") return Number(content);
  if (kind === "kvlistValue") return attributesIn(content?.values);
  if (kind === "arrayValue") return (content?.values ?? []).map(valueIn);
  return content ?? null;
}
