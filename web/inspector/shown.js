// Text from anyone, as it may be shown: what can't be seen becomes visible, and nothing turns the text around it.

const NAMES = {
  0x200e: "LRM", 0x200f: "RLM", 0x061c: "ALM", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
  0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x200b: "ZWSP", 0xfeff: "BOM", 0xad: "SHY",
};

// Controls, what has a direction or no width, separators of lines, tags, private use as Unicode forbids it, and
// halves of surrogates. Joiners stay: scripts and emoji need them.
export const UNSEEN = new RegExp([
  "[\\0-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]",
  "[\\u{e0000}-\\u{e007f}]",
  "\\p{Surrogate}", // a half alone: with the u flag, whole pairs are one character
].join("|"), "gu");

function name(char) {
  const code = char.codePointAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code); // a picture of the control
  if (code === 0x7f) return "\u2421";
  return `[${NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}]`;
}

/** At most `most` characters of a text, all of them visible; "…" says that there is more. */
export function shown(value, most = 200) {
  const text = typeof value === "string" ? value : String(value);
  const part = text.length > most ? cut(text, most) : text;
  const visible = part.replace(UNSEEN, name);
  return part.length < text.length ? `${visible}…` : visible;
}

/** The same for several lines: breaks and tabs are what they are. */
export function shownLines(value, most = Infinity) {
  const text = typeof value === "string" ? value : String(value);
  const part = text.length > most ? cut(text, most) : text;
  return part.replace(/\r\n/g, "\n").replace(UNSEEN, (char) => (char === "\n" || char === "\t" ? char : name(char)));
}

/** Never in the midst of a pair of surrogates. */
function cut(text, most) {
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}
