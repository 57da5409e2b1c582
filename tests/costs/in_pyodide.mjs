// Runs `figures.py` on the Python that browsers get. Node is enough for that: instructions are the same everywhere.

import { fileURLToPath } from "node:url";
import { loadPyodide } from "../../web/node_modules/pyodide/pyodide.mjs";

const pyodide = await loadPyodide({ env: { PYTHONDONTWRITEBYTECODE: "1" } });
const root = fileURLToPath(new URL("../..", import.meta.url));
pyodide.FS.mkdir("/project");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, "/project");
pyodide.runPython(`
import runpy, sys
sys.path.insert(0, "/project")
runpy.run_module("tests.costs.figures", run_name="__main__")
`);
