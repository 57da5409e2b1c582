// Makes the memory snapshot from which worker.js boots: Pyodide as it is right after importing pyqueue.
//
//   node snapshot.mjs <pyqueue.tar.gz> <out>
//
// Loading it takes a quarter of the time of booting anew. A snapshot can't hold a dynamic library, such as
// pydantic's core: that is loaded after it, by whom needs it.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const [archive, out] = process.argv.slice(2);
const pyodide = await loadPyodide({ _makeSnapshot: true });
pyodide.unpackArchive(new Uint8Array(readFileSync(archive)).buffer, "gztar");
pyodide.runPython("import pyqueue.browser.endpoint, gc; gc.collect()");
writeFileSync(out, gzipSync(pyodide.makeMemorySnapshot(), { level: 9 }));
