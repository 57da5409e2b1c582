// The ways to a Python: in a worker that the pages of the origin share, in one of the page's own, or in the page.

import { now } from "./trace.js";

/* global BUILD: by build.py, so that no page meets the worker of another build */

const PATIENCE = 10_000; // ms until a shared worker has to answer: one that is just ending never does

let generation = 0;

/** Resolves to a port to Python. Where its worker is shared, the port has `skew`: by how many ms the page's clock is
 *  ahead of the worker's. */
export async function connect(runtime) {
  const url = new URL("./worker.js", import.meta.url);
  if (runtime === "page") return inPage();
  if (runtime === "worker" && globalThis.SharedWorker && globalThis.navigator?.locks) {
    try {
      return await shared(trusted(url));
    } catch {} // it is blocked, or does not start
  }
  return new Worker(trusted(url), { type: "module", name: "pyqueue" });
}

/** The shared worker is dead: another one from now on, for who meets one that is just ending never hears of it. */
export function forsake() {
  generation += 1;
}

function shared(url) {
  return new Promise((resolve, reject) => {
    const worker = new SharedWorker(url, { type: "module", name: `pyqueue ${BUILD} ${generation}` });
    worker.onerror = (event) => {
      event.preventDefault();
      reject(event);
    };
    const timer = setTimeout(reject, PATIENCE);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: { names, clock, aheadAtLeast } }) => {
      clearTimeout(timer);
      const skew = Math.max(aheadAtLeast, Math.min(0, now() - clock)); // 0 where it can be that
      resolve(Object.assign(port1, { skew }));
      tellWhoLeft(port1, names);
    };
    worker.port.postMessage({ port: port2, clock: now() }, [port2]);
  });
}

/** A shared worker is not told when a page of it has gone, and must not ask for locks (see worker.js): so each page
 *  that comes looks which of the others hold theirs no more. */
async function tellWhoLeft(port, names) {
  const isFree = (name) => navigator.locks.request(name, { ifAvailable: true }, (lock) => !!lock);
  const free = await Promise.all(names.map(isFree));
  port.postMessage({ away: names.filter((_, number) => free[number]) });
}

async function inPage() {
  const { serve } = await import("./worker.js");
  const { port1, port2 } = new MessageChannel();
  serve(port1);
  return port2;
}

let policy;

/** The address under `require-trusted-types-for 'script'`, where the page's policy allows for ours. */
function trusted(url) {
  policy ??= globalThis.trustedTypes?.createPolicy("pyqueue", { createScriptURL: (address) => address });
  return policy?.createScriptURL(url.href) ?? url;
}
