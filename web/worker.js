// Where Python runs: a module worker, or the page itself. Boots Pyodide, then passes on what arrives.

import { Texts } from "./parcel.js";

/** Serves one page over `port`: a worker's global scope, or a MessagePort in the page. */
export function serve(port, started = () => {}) {
  let endpoint;
  const handle = async ({ start, parcels, heap, call, method, args, end }) => {
    if (start) {
      started(start);
      endpoint = await boot((text) => port.postMessage(text));
      port.postMessage({ started: await endpoint.start(JSON.stringify(start)) });
    } else if (parcels) {
      if (heap) endpoint.heap(...heap);
      for (const { priority, count, size, firstAt, lastAt, tMin, tMax, ids, traceIds, array } of parcels) {
        endpoint.take(priority, count, size, firstAt, lastAt, tMin, tMax, ids, traceIds, new Texts(array));
      }
      endpoint.grant();
    } else if (end) {
      endpoint?.abandon();
    } else if (call) {
      port.postMessage({ answer: call, json: await endpoint.call(method, JSON.stringify(args)) });
    }
  };
  // What gets here is no answer of Python's but its end: it could not boot, or its interpreter broke.
  port.onmessage = ({ data }) => handle(data).catch((error) => port.postMessage({ dead: String(error) }));
}

async function boot(post) {
  const base = new URL("./", import.meta.url);
  const get = (path) => fetch(new URL(path, base)).then((response) => (response.ok ? response : Promise.reject(path)));
  const snapshot = get("page/pyqueue.snapshot").then(unzip);
  snapshot.catch(() => {}); // then it takes longer
  await canRunWebAssembly(new URL("pyodide/pyodide.asm.wasm", base));
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const options = { indexURL: new URL("pyodide/", base).href };
  const unpack = async (pyodide) => {
    const archive = await get("page/pyqueue.tar.gz");
    pyodide.unpackArchive(await archive.arrayBuffer(), "gztar");
  };
  try {
    const pyodide = await loadPyodide({ ...options, _loadSnapshot: await snapshot });
    // It holds what was imported, and no files: those are needed only for what is imported later.
    return endpointOf(pyodide)(post, () => unpack(pyodide));
  } catch {
    const pyodide = await loadPyodide(options);
    await unpack(pyodide);
    return endpointOf(pyodide)(post, () => Promise.resolve());
  }
}

const endpointOf = (pyodide) => pyodide.pyimport("pyqueue.browser.endpoint").Endpoint;

const unzip = ({ body }) => new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** Pyodide would wait for ever where WebAssembly is blocked or its file is missing. */
async function canRunWebAssembly(url) {
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const { ok, status } = await fetch(url, { method: "HEAD" });
  if (!ok) throw new Error(`${url}: ${status}`);
}

/** Holds a lock as long as this worker lives, and says so: nothing else tells a page that it died. */
function holdLock({ database, session }) {
  const name = `pyqueue/${database}/${session}`;
  navigator.locks?.request(name, () => {
    postMessage({ alive: name });
    return new Promise(() => {});
  });
}

// Not in a worker of the page's own that runs Python by itself.
if (typeof WorkerGlobalScope === "function" && name === "pyqueue") serve(globalThis, holdLock);
