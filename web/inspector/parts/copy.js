// A trace as text for other tools. What could do harm where it is pasted is written as an escape.

import { spansOf } from "../otlp.js";
import { UNSEEN } from "../shown.js";

const escaped = (text) => text.replace(UNSEEN, (char) => (char === "\n" ? char : char.split("").map((half) => unit(half.charCodeAt(0))).join("")));
const whole = (code) => `\\U${code.toString(16).padStart(8, "0")}`;
const unit = (code) => `\\u${code.toString(16).padStart(4, "0")}`;

export const FORMATS = {
  JSON: async (trace) => escaped(JSON.stringify(plain(trace), null, 2)),
  OTLP: async (trace) => escaped(JSON.stringify(await spansOf([plain(trace)]))),
  "Python dict": async (trace) => python(plain(trace), ""),
};

/** Without what the inspector itself put there. */
export function plain({ place, seq, at, client, type, size, state, ...trace }) {
  return trace;
}

function python(value, indent) {
  if (value === null || value === undefined) return "None";
  if (value === true || value === false) return value ? "True" : "False";
  if (typeof value === "string") return pythonText(value);
  if (typeof value !== "object") return String(value);
  const inner = `${indent}    `;
  const parts = Array.isArray(value) ? value.map((item) => python(item, inner))
    : Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => `${pythonText(key)}: ${python(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length ? `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}` : open + close;
}

/** JSON's literals are Python's, but for characters of two units. */
const pythonText = (text) =>
  JSON.stringify(text).replace(UNSEEN, (char) => (char.length > 1 ? whole(char.codePointAt(0)) : unit(char.charCodeAt(0))));

/** Puts a text on the clipboard; false where nothing may. `beside` is where a helper may stand for a moment. */
export async function toClipboard(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return selectAndCopy(text, beside); // a DevTools panel has no clipboard, but may copy what is selected
  }
}

function selectAndCopy(text, beside) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  beside.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}
