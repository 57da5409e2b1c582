// Where Python runs: a module worker, or the page itself. Boots Pyodide, then passes on what arrives.

/** Serves one page over `port`: a worker's global scope, or a MessagePort in the page. */
export function serve(port) {
  let endpoint;
  port.onmessage = async ({ data }) => {
    if (data.start) {
      try {
        endpoint = await boot((text) => port.postMessage(text));
        port.postMessage({ started: await endpoint.start(JSON.stringify(data.start)) });
      } catch (error) {
        const { name, message } = error;
        port.postMessage({ started: JSON.stringify({ error: { name, message } }) });
      }
    } else if (data.lanes) {
      if (data.heap) endpoint.heap(...data.heap);
      for (const { priority, ids, traceIds, times, ats, texts } of data.lanes) {
        endpoint.traces(priority, ids, traceIds, times, ats, texts);
      }
    } else if (data.call) {
      const json = await endpoint.call(data.method, JSON.stringify(data.args));
      port.postMessage({ answer: data.call, json });
    }
  };
}

async function boot(post) {
  const base = new URL("./", import.meta.url);
  await canRunWebAssembly(new URL("pyodide/pyodide.asm.wasm", base));
  const bundle = fetch(new URL("bundle.json", base)).then((response) => response.json());
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const [pyodide, wheel] = await Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", base).href }),
    bundle.then(({ page }) => fetch(new URL(page, base))).then((response) => response.arrayBuffer()),
  ]);
  pyodide.unpackArchive(wheel, "wheel");
  return pyodide.pyimport("pyqueue.browser.endpoint").Endpoint(post);
}

/** Pyodide would wait for ever where WebAssembly is blocked or its file is missing. */
async function canRunWebAssembly(url) {
  new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  const { ok, status } = await fetch(url, { method: "HEAD" });
  if (!ok) throw new Error(`${url}: ${status}`);
}

if (typeof WorkerGlobalScope === "function") serve(globalThis);
