// What start() was given, looked at once. Loaded behind the page's script: a wrong option is told by `ready`, and until
// then, and after it, the default holds.

import { checked } from "./policy.js";
import { named } from "./protocol.js";
import { rulesFrom } from "./rules.js";

const RUNTIMES = ["worker", "dedicated", "page", "none"];
const QUEUES = ["priority", "fifo", "batch"];
const REDACT = "false or {keys: [names], patterns: [RegExp or source], defaults}";

const isAmount = (value) => Number.isFinite(value) && value >= 0;
const isObject = (value) => typeof value === "object";
const isSwitch = (value) => isObject(value) && Object.entries(value ?? {}).every(([key, one]) => key === "commands" && (one === undefined || isFlag(one)));
const isFlag = (value) => typeof value === "boolean";

/** What each has to be, and whether it is; Python looks at what is in `config`. Of consent anything but true is none. */
const OPTIONS = {
  runtime: [`one of ${RUNTIMES}`, (value) => RUNTIMES.includes(value)],
  queue: [`one of ${QUEUES}`, (value) => QUEUES.includes(value)],
  database: ["a name", (value) => typeof value === "string" && value],
  config: ["an object of numbers and texts", isConfig],
  budget: ["a number of bytes", isAmount],
  journal: ["a number of characters", isAmount],
  redact: [REDACT, isRedact],
  consent: ["true or false", () => true],
  devtools: ["{commands: true or false}", isSwitch],
  tracks: ["true or false", isFlag],
  retention: ["an object", isObject],
};

/** Throws a ConfigError that names the first that is wrong; `given` has only what is set. */
export function check(given = {}) {
  for (const [name, value] of Object.entries(given)) {
    if (!OPTIONS[name]) throw named("ConfigError", `${name} is no option of start(): use ${Object.keys(OPTIONS)}`);
    const [what, isRight] = OPTIONS[name];
    if (value !== undefined && !isRight(value)) throw named("ConfigError", `${name} must be ${what}, not ${shown(value)}`);
  }
  checked(given.retention);
}

/** Whether it can be told to Python. */
function isConfig(value) {
  try {
    return isObject(value) && typeof JSON.stringify(value) === "string";
  } catch {
    return false;
  }
}

function isRedact(value) {
  try {
    const { keys = [], patterns = [], defaults, ...unknown } = value === true ? {} : value;
    return Array.isArray(keys) && Array.isArray(patterns) && !Object.keys(unknown).length && !!rulesFrom(value);
  } catch {
    return false;
  }
}

function shown(value) {
  try {
    return JSON.stringify(value, (key, inner) => (inner instanceof RegExp ? String(inner) : inner)) ?? String(value);
  } catch {
    return String(value);
  }
}
