// A hotkey from words, like "Alt+Shift+Q", "Cmd+K", "Ctrl+/" or "F9".

const MODIFIERS = ["alt", "shift", "ctrl", "meta"];
const ALIASES = {
  __proto__: null, option: "alt", control: "ctrl", cmd: "meta", command: "meta", esc: "escape", " ": "space",
};
const NAMES = /^(f\d\d?|escape|enter|tab|space|backspace|delete|insert|home|end|(page|arrow)(up|down)|arrow(left|right))$/;
const PLACES = {
  "/": "slash", "\\": "backslash", ",": "comma", ".": "period", ";": "semicolon", "'": "quote", "`": "backquote",
  "-": "minus", "=": "equal", "[": "bracketleft", "]": "bracketright",
};

/** Tells whether a keydown is `hotkey`. Letters and digits go by their place: with Alt, they are others on many
 *  keyboards. All else goes by what is typed, too. */
export function isHotkey(hotkey) {
  const { key, modifiers } = read(hotkey);
  const isPlain = /^[a-z\d]$/.test(key);
  const isSymbol = /^[^\p{L}\p{N}]$/u.test(key);
  const code = isPlain ? `${key < "a" ? "digit" : "key"}${key}` : PLACES[key] ?? key;
  return (event) => {
    const isPlace = event.code?.toLowerCase() === code;
    if (!isPlace && (isPlain || event.key?.toLowerCase() !== key)) return false;
    const free = isSymbol && !isPlace ? "shift" : ""; // some keyboards need it for a symbol
    return MODIFIERS.every((one) => one === free || event[`${one}Key`] === modifiers.includes(one));
  };
}

function read(hotkey) {
  const [, before, last] = /^(?:(.*)\+)?(.+)$/.exec(typeof hotkey === "string" ? hotkey.toLowerCase() : "") ?? [];
  const [key, ...modifiers] = [last ?? "", ...(before?.split("+") ?? [])].map(named);
  const isKey = key.length === 1 || NAMES.test(key);
  if (isKey && modifiers.every((one) => MODIFIERS.includes(one))) return { key, modifiers };
  const wayOut = 'name one as in "Alt+Shift+Q", "Ctrl+/" or "F9", or null for none';
  throw new TypeError(`mount: hotkey ${JSON.stringify(hotkey)} is no key; ${wayOut}`);
}

function named(word) {
  const name = word.trim() || word; // the space bar is one, too
  return ALIASES[name] ?? name;
}
