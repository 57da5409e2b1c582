// The traces that every writer is given: about 500 bytes of JSON each, as a page would make them.
// Chance is seeded, so that they are the same in every run; no two are alike.

const PRIORITIES = ["low", "normal", "high"];
const SCREENS = ["board", "checkout", "settings", "search", "profile"];
const ACTIONS = ["click", "input", "scroll", "drag", "select"];
const WORDS = "move card column filter open close draft assign label comment due list member sort undo".split(" ");

/** Numbers in 0..1 (mulberry32). */
function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` traces as they are stored, numbered from `from` on. Ten in a row share a trace id. */
export function makeTraces(count, from = 0) {
  const random = chance(from + 1);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const hex = () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  const at = Date.now();
  let traceId;
  return Array.from({ length: count }, (_, index) => {
    if (index % 10 === 0) traceId = hex() + hex() + hex() + hex();
    const screen = pick(SCREENS);
    const action = pick(ACTIONS);
    return {
      id: `m1x4k2p9q-7c0a-91fe-${(from + index).toString(36).padStart(5, "0")}`,
      name: `${screen}.${action}`,
      priority: PRIORITIES[index % PRIORITIES.length],
      timestamp: at + index / 8,
      duration: Math.round(random() * 4000) / 8,
      attributes: {
        "app.screen": screen,
        "app.component": `${pick(WORDS)}-${pick(WORDS)}`,
        "app.target": `#${pick(WORDS)}-${hex()}`,
        "app.release": "2026.11.3",
        "app.note": Array.from({ length: 9 }, () => pick(WORDS)).join(" "),
        "user.cohort": `cohort-${Math.floor(random() * 64)}`,
        "pointer.x": Math.floor(random() * 1920),
        "pointer.y": Math.floor(random() * 1080),
        "scroll.top": Math.round(random() * 90000) / 10,
        "is.first": index % 7 === 0,
      },
      traceId,
      spanId: hex() + hex(),
    };
  });
}

/** Hands a trace to pyqueue as a page would. */
export const offer = (pq, { name, attributes, priority, duration, traceId, spanId }) =>
  pq.trace(name, attributes, { priority, duration, traceId, spanId });
