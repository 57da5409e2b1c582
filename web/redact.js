// What must never be stored: values by their key, and parts of a text by how they look.
//
// The same rules as pyqueue/redaction.py; tests/redaction_cases.json is run against both.

export const REDACTED = "[redacted]";

// Keys are read in words: "apiKey", "API_KEY" and "api.key" are all "api key". One with such a word hides
// what stands under it, unless its last word tells that this is only about the secret.
export const KEYS =
  /(pass ?(word|wd|phrase|code)|pwd|secret|credential|(api|access|private) ?key|card ?number|credit ?card|token(?!s)|authorization|\b(cookie|pin|otp|ssn|cvv|cvc|jwt|iban))s?\b(?!.* (at|banner|consent|count|error|length|limit|name|policy|type) ?$)/i;

// A private key; a JWT; what follows Bearer or Basic; user:password before the @ of a URL.
const SECRETS =
  /-----BEGIN[A-Z ]*PRIVATE KEY[^]*?(-----END.*|$)|eyJ[\w-]{1,999}\.[\w.-]+|(?<=\b[Bb]earer )(?!tokens?\b)[^\s"',;]+|(?<=\b[Bb]asic )[\w+/]{7,}[A-Z\d=]\S*|(?<=:\/\/)[^\s/?#@:]*:[^\s/?#]*(?=@)/g;
const CARD = /(?<![\d.])[2-6]\d{3}([ -]?)(\d{4}\1\d{4}\1\d{1,7}|\d{6}\1\d{4,5})(?!\d)/g;
/** Found in every text in which one of these finds something, and in JSON with such a text in it, where the end of
 *  an escape (\u0001) looks like a digit in front of a card. As quick as can be: (?<=ey)J stops less often than eyJ. */
export const SUSPECT = /[=@]|(?<=ey)J|-----B|[Bb]earer |[Bb]asic |\\u|(?<![\d.])[2-6]\d{3}[\d -]{9}/;

/** Rules, ours unless others are given. `patterns` look only into texts in which `suspect` is found. */
export function redaction(keys, patterns, suspect) {
  const looksHidden = (name) => keys.test(toWords(name));
  const harmless = new Set(); // keys of late
  const hides = (key) => {
    if (harmless.size > 999) harmless.clear();
    return !harmless.has(key) && (looksHidden(key) || !harmless.add(key));
  };
  const withoutValue = (chunk) => {
    const parts = chunk.split("=");
    const at = parts.findIndex((part, i) => parts[i + 1] && looksHidden(part.split(/[?/]/).pop())) + 1;
    return at ? [...parts.slice(0, at), REDACTED].join("=") : chunk;
  };
  const text = (value) => {
    if (!suspect.test(value)) return value;
    const rest = patterns.reduce((rest, hide) => hide(rest), value);
    return rest.includes("=") ? rest.replace(/[^&#;\s"'<>]+/g, withoutValue) : rest;
  };
  return { hides, suspect, text };
}

export const toWords = (key) => key.slice(-99).replace(/(?<=[a-z])(?=[A-Z])|[^a-zA-Z]+/g, " ");

/** Without the secrets that anybody would know. Cards are told by issuer (which leaves out times in ms to
 *  ns), length and checksum. */
export function withoutSecrets(text) {
  text = text.replace(SECRETS, REDACTED);
  let kept = "";
  let from = 0;
  for (let found; (found = CARD.exec(text)); ) {
    const digits = found[0].match(/\d/g).reverse();
    if (digits.reduce((sum, digit, i) => sum + +(i % 2 ? "0246813579"[digit] : digit), 0) % 10) {
      CARD.lastIndex = found.index + 4; // a card may begin at its second group
    } else {
      kept += text.slice(from, found.index) + REDACTED;
      from = CARD.lastIndex;
    }
  }
  return kept + text.slice(from);
}
