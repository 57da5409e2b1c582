// How DevTools' console shows clients and traces, where its setting "Custom formatters" is on. Others' objects are not
// touched. The format (JsonML): https://firefox-source-docs.mozilla.org/devtools-user/custom_formatters/

import { PRIORITIES } from "../protocol.js";
import { held } from "./held.js";
import { cut } from "./summary.js";

const COLORS = { critical: "#c5283d", high: "#b8620a", normal: "#2563c9", low: "#6b7280" };
const ROW = "margin-left: 14px";
const KEY = "color: #7c8490";

const text = (value, style = "") => ["span", { style }, cut(String(value))];
const object = (value) => ["object", { object: value }];
const row = (key, shown) => ["div", { style: ROW }, text(`${key}: `, KEY), shown];

/** Makes one formatter: `read` gives what is shown of a value, or undefined where it is none of ours. Nothing throws
 *  into the console. */
function formatter(read, header, rows) {
  const quietly = (make, otherwise) => (value) => {
    try {
      const found = read(value);
      return found ? make(found) : otherwise;
    } catch {
      return otherwise;
    }
  };
  return {
    header: quietly(header, null),
    hasBody: quietly(() => true, false),
    body: quietly((found) => ["div", {}, ...rows(found)], null),
  };
}

/** A trace, as query() gives it: a plain object that has what all traces have. Getters are not called. */
function traceIn(value) {
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const own = (key) => Object.getOwnPropertyDescriptor(value, key)?.value;
  const isTrace = PRIORITIES.includes(own("priority")) && typeof own("id") === "string" &&
    typeof own("name") === "string" && typeof own("timestamp") === "number" && typeof own("attributes") === "object";
  return isTrace ? value : undefined;
}

const traces = formatter(
  traceIn,
  ({ name, priority, duration, status }) => [
    "span", {},
    text("● ", `color: ${COLORS[priority]}`), text(name, "font-weight: bold"),
    text(` ${priority}`, KEY),
    ...(duration ? [text(` ${Number(duration.toFixed(2))} ms`)] : []),
    ...(status ? [text(` ${status}`, status === "error" ? `color: ${COLORS.critical}` : "")] : []),
  ],
  ({ name, priority, timestamp, attributes, ...others }) => [
    row("time", text(new Date(timestamp).toISOString())),
    ...Object.entries(others).filter(([, value]) => value != null).map(([key, value]) =>
      row(key, typeof value === "object" ? object(value) : text(value))),
    row("attributes", object(attributes)),
  ],
);

/** `clients` holds the parts of each. */
const clientsBy = (clients) => formatter(
  (value) => clients.find(({ self }) => self === value),
  (client) => {
    const { database, session, runtime } = client.about();
    return ["span", {}, text("pyqueue ", "font-weight: bold"), text(`${database}, ${runtime}, ${client.state()} `), text(session, KEY)];
  },
  (client) => {
    const { waiting, restarts, failing } = client.facts();
    return [
      row("taken", text(waiting.newest)), row("on their way", text(held(client).length)),
      row("dropped in the page", object({ ...waiting.dropped })), row("Pythons lost", text(restarts)),
      row("storage", text(failing ? "failing" : "works")),
      row("to ask", text("await pyqueue.metrics(), .query(), .health()", KEY)),
    ];
  },
);

/** Adds ours to those that the page has. */
export function install(clients) {
  const all = (globalThis.devtoolsFormatters ??= []);
  if (Array.isArray(all)) all.push(traces, clientsBy(clients));
}
