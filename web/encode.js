// JSON text for anything a caller may put into a trace.
//
// What JSON can carry passes through. What it can't carry, or would drop without a word, is replaced
// by a mark in brackets: "[NaN]", "[circular]", "[HTMLDivElement]". pyqueue/encoding.py uses the same.

const MAX_DEPTH = 32;

/** Compact JSON of `record`, whose `attributes` and `error` come from outside. May throw. */
export function encode(record) {
  let plain = false;
  try {
    plain = isPlain(record.attributes, 1) && isPlain(record.error, 1);
  } catch {} // a getter or proxy of the caller's; it is marked below
  return JSON.stringify(plain ? record : storable(record, 0, []));
}

/** Whether JSON.stringify shows `value` as it is. Reads no further than it must: this is the hot path. */
function isPlain(value, depth) {
  switch (typeof value) {
    case "string": case "boolean": case "undefined":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAX_DEPTH || typeof value.toJSON === "function") return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in value) if (!isPlain(value[key], depth + 1)) return false;
  return true;
}

/** A copy that JSON can carry; `path` holds the objects around it. */
function storable(value, depth, path) {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : `[${value}]`;
    case "bigint":
      return `[bigint ${value}]`;
    case "function":
      return `[function ${value.name}]`;
    case "symbol":
      return `[${String(value)}]`;
    case "object":
      return value === null ? null : storableObject(value, depth, path);
    default:
      return value;
  }
}

function storableObject(value, depth, path) {
  if (path.includes(value)) return "[circular]";
  if (depth >= MAX_DEPTH) return "[too deep]";
  const inside = [...path, value];
  try {
    if (value instanceof Error) return describeError(value);
    if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1, inside));
    if (typeof value.toJSON === "function") return storable(value.toJSON(), depth + 1, inside);
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== "Object") return `[${kind}]`;
    const copy = Object.create(null); // where "__proto__" is a key like any other
    for (const key of Object.keys(value)) copy[key] = storableProperty(value, key, depth, inside);
    return copy;
  } catch (error) {
    return `[unreadable: ${error?.name}]`;
  }
}

function storableProperty(value, key, depth, inside) {
  try {
    return storable(value[key], depth + 1, inside);
  } catch (error) { // a getter of the caller's
    return `[unreadable: ${error?.name}]`;
  }
}

/** An error as a trace keeps it. */
export function describeError(error) {
  if (!(error instanceof Error)) return typeof error === "object" ? error : { message: String(error) };
  return { type: error.name, message: error.message, stack: error.stack };
}
