// Makes the memory snapshot from which worker.js boots: Pyodide as it is right after importing pyqueue.
//
//   node snapshot.mjs <pyqueue.tar.gz> <out>
//
// Loading it takes a quarter of the time of booting anew. A snapshot can't hold a dynamic library, such as
// pydantic's core: that is loaded after it, by whom needs it.

import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const PAGE = 4096; // bytes

const [archive, out] = process.argv.slice(2);
const pyodide = await loadPyodide({ _makeSnapshot: true });
pyodide.unpackArchive(new Uint8Array(readFileSync(archive)).buffer, "gztar");
pyodide.runPython("import pyqueue.browser.endpoint, gc; gc.collect()");
zeroWhatIsFree();
writeFileSync(out, gzipSync(withoutHoles(pyodide.makeMemorySnapshot()), { level: 9 }));

/** What was freed still stands in memory: a sixth of what there would be to load. */
function zeroWhatIsFree() {
  const end = pyodide._module.HEAPU8.findLastIndex(Boolean);
  pyodide.runPython(`
def fill_with_zeros(end):
    kept = []
    for size in (*(1 << n for n in range(20, 9, -1)), *range(1000, 4, -16)):
        while id(zeros := bytes(size)) < end:
            kept.append(zeros)

fill_with_zeros(${end})
del fill_with_zeros
gc.collect()
`);
}

/** A line of JSON, {size, parts: [[from, to]…]}, and the bytes of those parts: half of the memory is nothing but zeros,
 *  which would have to be unzipped, too. */
function withoutHoles(memory) {
  const parts = [];
  for (let from = 0; from < memory.length; from += PAGE) {
    const to = Math.min(from + PAGE, memory.length);
    if (!memory.subarray(from, to).some(Boolean)) continue;
    if (parts.at(-1)?.[1] === from) parts.at(-1)[1] = to;
    else parts.push([from, to]);
  }
  const head = Buffer.from(`${JSON.stringify({ size: memory.length, parts })}\n`);
  return Buffer.concat([head, ...parts.map(([from, to]) => memory.subarray(from, to))]);
}
