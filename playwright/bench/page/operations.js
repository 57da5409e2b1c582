// Runs timed/operations.py in this page's Python; resolves to what pytest-benchmark made of it, or to its words.

const RUN = `
import os, sys
os.chdir("/timed")
sys.path[:0] = ["/timed", "/timed/site"]
sys.dont_write_bytecode = True
import pytest

class NoProcessor:  # to ask for it raises here
    @pytest.hookimpl(tryfirst=True)
    def pytest_benchmark_generate_machine_info(self):
        return {}

pytest.main([
    "operations.py", "-q", "--color=no", "--rootdir=/timed", "-p", "no:cacheprovider",
    "--benchmark-quiet", "--benchmark-json=found.json",
], plugins=[NoProcessor()])`;

export async function run(rounds) {
  if (!crossOriginIsolated) throw new Error("the clock is too coarse");
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const output = [];
  const keep = (line) => output.push(line);
  const python = await loadPyodide({ stdout: keep, stderr: keep, env: { TIMED_ROUNDS: `${rounds}` } });
  await python.loadPackage("pyqueue", { messageCallback: () => {} });
  python.unpackArchive(await (await fetch("/bench/timed.zip")).arrayBuffer(), "zip", { extractDir: "/timed" });
  if (python.runPython(RUN)) throw new Error(output.join("\n"));
  return JSON.parse(python.FS.readFile("/timed/found.json", { encoding: "utf8" }));
}
