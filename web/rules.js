// The option `redact`: rules that a page adds to our rules of redaction, or puts in their place.

import { named } from "./protocol.js";
import { KEYS, REDACTED, redaction, SUSPECT, toWords, withoutSecrets } from "./redact.js";


/** Rules for the option; for false: none. Throws a ConfigError where it is wrong. */
export function rulesFrom(redact = {}) {
  try {
    return compile(redact === false ? { defaults: false } : redact);
  } catch (error) {
    throw named("ConfigError", `redact must be false or {keys, patterns, defaults}: ${error.message}`);
  }
}

function compile({ keys = [], patterns = [], defaults = true, ...unknown }) {
  for (const name in unknown) throw new Error(`no ${name}`);
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
