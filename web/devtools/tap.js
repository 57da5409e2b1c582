// Listens to what a client takes: its waiting room's `push`, as long as anybody listens. A client that nobody listens
// to is as it was made.

const hearers = new WeakMap();

/** Calls `hear` with each trace that enters; returns a function that ends it. */
export function tap(waiting, hear) {
  if (!hearers.has(waiting)) open(waiting);
  const all = hearers.get(waiting);
  all.add(hear);
  return () => {
    all.delete(hear);
    if (all.size || hearers.get(waiting) !== all) return;
    hearers.delete(waiting);
    delete waiting.push;
  };
}

function open(waiting) {
  const all = new Set();
  const { push } = Object.getPrototypeOf(waiting);
  hearers.set(waiting, all);
  waiting.push = (trace) => {
    const isTaken = push.call(waiting, trace);
    if (isTaken) for (const hear of all) quietly(hear, trace);
    return isTaken;
  };
}

/** Whoever watches does no harm to whoever is watched. */
export function quietly(hear, ...args) {
  try {
    hear(...args);
  } catch (error) {
    console.warn("pyqueue: a tool failed", error);
  }
}
