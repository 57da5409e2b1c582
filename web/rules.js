// The option `redact`: rules that a page adds to our rules of redaction, or puts in their place.

import { KEYS, REDACTED, redaction, SUSPECT, toWords, withoutSecrets } from "./redact.js";

/** Rules for the option; for false: none. Throws where it is wrong: options.js says of what. */
export function rulesFrom(redact = {}) {
  const { keys = [], patterns = [], defaults = redact } = redact;
  const own = keys.map((key) => `\\b${toWords(key).trim().replaceAll(" ", " ?") || empty()}s?\\b`);
  const hide = patterns.map((pattern) => {
    const regex = new RegExp(pattern, pattern.flags?.replace(/[gy]/g, "").concat("g") ?? "g");
    if (regex.test("")) empty();
    return (text) => text.replace(regex, REDACTED);
  });
  if (defaults) {
    own.unshift(KEYS.source);
    hide.unshift(withoutSecrets);
  }
  return redaction(new RegExp(own.join("|") || "(?!)", "i"), hide, patterns.length ? /^/ : SUSPECT);
}

function empty() {
  throw new Error("an empty key or pattern");
}
