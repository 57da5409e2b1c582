// What a retention policy may say, as pyqueue/upkeep/policy.py. It is looked at before anything goes by it.

import { named } from "./protocol.js";

/** A policy's options with their limits and, of those that count here, defaults: as pyqueue/upkeep/policy.py. */
const NUMBERS = {
  maxAge: { least: 0 },
  maxCount: { least: 0, isWhole: true },
  maxBytes: { least: 0, isWhole: true },
  maxDeadLetters: { least: 0, isWhole: true, value: 10_000 },
  maxShare: { least: 0.001, most: 1, value: 0.1 }, // of the quota that others in the origin leave
  fallbackBytes: { least: 1, isWhole: true, value: 50 * 2 ** 20 }, // where no quota is told
  checkInterval: { least: 1000 },
  compactAfter: { least: 60_000 },
  compactBytes: { least: 1, isWhole: true },
};
export const LISTS = ["keepNames", "keepIds"];
export const DEFAULTS = Object.fromEntries(Object.entries(NUMBERS).map(([name, { value = 0 }]) => [name, value]));

/** The options of a policy that are set, if it is one. What is none must never delete anything. */
export function checked(policy) {
  if (!policy) return {}; // as Python has it
  if (typeof policy !== "object" || Array.isArray(policy)) throw wrong("retention", "should be an object of options", policy);
  const given = Object.entries(policy).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) checkOption(name, value);
  return Object.fromEntries(given);
}

function checkOption(name, value) {
  const field = `retention.${name}`;
  if (LISTS.includes(name)) {
    const isList = Array.isArray(value) && value.every((pattern) => typeof pattern === "string" && pattern);
    if (!isList) throw wrong(field, "should be a list of non-empty strings", value);
    return;
  }
  if (!Object.hasOwn(NUMBERS, name)) {
    throw named("ConfigError", `${field} is unknown; the options are ${[...Object.keys(NUMBERS), ...LISTS].join(", ")}`);
  }
  const { least, most = Infinity, isWhole } = NUMBERS[name];
  if (!Number.isFinite(value)) throw wrong(field, "should be a number", value);
  if (isWhole && !Number.isInteger(value)) throw wrong(field, "should be a whole number", value);
  if (value < least) throw wrong(field, `should be at least ${least}`, value);
  if (value > most) throw wrong(field, `should be at most ${most}`, value);
}

const wrong = (field, meaning, value) =>
  named("ConfigError", `${field}: ${meaning}, not ${typeof value === "string" ? JSON.stringify(value) : String(value)}`);
