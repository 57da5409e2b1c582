// Where Python runs: a worker that the pages of an origin share, one of a page's own, or the page itself.
// Boots Pyodide once; each page it serves has an endpoint, and so a queue, of its own.

import { Connection } from "./connection.js";
import { hold } from "./locks.js";

const MAX_AWAY = 6; // pages that left, maybe for a while, and are waited for: as many as Chromium keeps for Back
const IDLE = 10_000; // ms until a shared worker ends that no page uses any more: they may be about to begin anew

// Not in a worker of the page's own that runs Python by itself.
const isOurs = typeof WorkerGlobalScope === "function" && name.split(" ")[0] === "pyqueue";
const isShared = isOurs && "onconnect" in globalThis;
const now = () => performance.timeOrigin + performance.now();

let connections = [];
const life = isOurs ? live() : undefined;
let python = life?.then(boot); // once for all
python?.catch(() => {}); // who waits for it is told

if (isShared) onconnect = ({ ports: [door] }) => (door.onmessage = ({ data }) => welcome(data));
else if (isOurs) serve(globalThis);

/** A page of several. By a channel of its own: what came by the door would end one that is kept for Back (Chromium 156). */
function welcome({ port, clock }) {
  port.postMessage({ names: connections.map(({ name }) => name).filter(Boolean), clock: now(), aheadAtLeast: clock - now() });
  serve(port);
}

/** Serves one page over `port`: a worker's global scope, or a MessagePort. */
export function serve(port) {
  const connection = new Connection(port, makeEndpoint, ended, fail);
  connections.push(connection);
  port.onmessage = ({ data }) => (data.away ? letGo(data.away) : connection.receive(data)).catch(fail);

  async function makeEndpoint(...wires) {
    const alive = await life;
    if (alive) connection.tell({ alive });
    return (await (python ??= boot()))(...wires);
  }
}

/** What gets here is no answer of Python's but its end: it could not boot, or its interpreter broke. */
function fail(error) {
  connections.forEach((connection) => connection.tell({ dead: String(error) }));
  connections = [];
  python = undefined;
  if (isShared) close();
}

/** Of the pages that are not there, by name, those that left the longest ago are waited for no longer. */
async function letGo(names) {
  const gone = connections.filter(({ name }) => names.includes(name)).slice(0, -MAX_AWAY);
  await Promise.all(gone.map((connection) => connection.close()));
}

function ended(connection) {
  connections = connections.filter((other) => other !== connection);
  if (isShared) setTimeout(() => connections.length || close(), IDLE);
}

/** Holds a lock for as long as this worker lives, and resolves to its name: nothing else tells a page that it died.
 *  Nothing else is done meanwhile, and no other lock asked for: one that is granted to a worker that was frozen in the
 *  middle of its work, with a page kept for Back, crashes the renderer (Chromium 156). */
async function live() {
  const name = `pyqueue/worker/${Math.random().toString(36).slice(2)}`;
  return (await hold(name)) && name;
}

/** Resolves to what makes an endpoint. */
async function boot() {
  const base = new URL("./", import.meta.url);
  const get = (path) => fetch(new URL(path, base)).then((response) => (response.ok ? response : Promise.reject(path)));
  const snapshot = get("page/pyqueue.snapshot");
  snapshot.catch(() => {}); // then it takes longer
  const [{ loadPyodide, version }] = await Promise.all([
    import("./pyodide/pyodide.mjs"), canRunWebAssembly(new URL("pyodide/pyodide.asm.wasm", base)),
  ]);
  if (isOurs) keepCompiled(version);
  const options = { indexURL: new URL("pyodide/", base).href };
  const unpack = async (pyodide, name) => {
    const archive = await get(`page/${name}.tar.gz`);
    pyodide.unpackArchive(await archive.arrayBuffer(), "gztar");
  };
  try {
    // Unzipped only now: that keeps this thread from all else, while others compile WebAssembly.
    const memory = snapshot.then(unzip).then(memoryOf);
    memory.catch(() => {});
    const pyodide = await loadPyodide({ ...options, _loadSnapshot: memory });
    // It holds what was imported, and no files: those are needed only for what is imported later.
    return makerOf(pyodide, (name) => unpack(pyodide, name));
  } catch {
    const pyodide = await loadPyodide(options);
    await unpack(pyodide, "pyqueue");
    return makerOf(pyodide, (name) => unpack(pyodide, name));
  }
}

function makerOf(pyodide, unpack) {
  const { Endpoint } = pyodide.pyimport("pyqueue.browser.endpoint");
  return (post, awaitTurn) => Endpoint(post, awaitTurn, unpack);
}

/** All of the memory whose parts snapshot.mjs has kept. */
function memoryOf(snapshot) {
  const bytes = new Uint8Array(snapshot);
  let at = bytes.indexOf(10) + 1;
  const { size, parts } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  const memory = new Uint8Array(size);
  for (const [from, to] of parts) {
    memory.set(bytes.subarray(at, at + to - from), from);
    at += to - from;
  }
  return memory;
}

const unzip = ({ body }) => new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** Chromium keeps what it compiled of a module until the file is validated anew, which many servers ask for at every
 *  visit. So this one is taken as it is in the HTTP cache, by an address that has its version; by its own where a
 *  page's service worker knows only that. */
function keepCompiled(version) {
  const { fetch } = globalThis;
  const kept = (url) => fetch(`${url}?${version}`, { cache: "force-cache" })
    .then((response) => (response.ok ? response : Promise.reject())).catch(() => fetch(url));
  globalThis.fetch = (url, options) => (String(url).endsWith(".wasm") ? kept(url) : fetch(url, options));
}

/** Pyodide would wait for ever where WebAssembly is blocked or its file is missing. */
async function canRunWebAssembly(url) {
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const { ok, status } = await fetch(url, { method: "HEAD" });
  if (!ok) throw new Error(`${url}: ${status}`);
}
