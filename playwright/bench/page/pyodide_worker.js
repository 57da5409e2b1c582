import { loadPyodide } from "/pyqueue/pyodide/pyodide.mjs";

await loadPyodide();
postMessage("up");
