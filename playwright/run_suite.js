// Runs the zipped tests in this page's own Pyodide; resolves to [exit code, output].
async (wheels) => {
  const { loadPyodide } = await import("/pyqueue/pyodide/pyodide.mjs");
  const output = [];
  const keep = (line) => output.push(line);
  const pyodide = await loadPyodide({ stdout: keep, stderr: keep });
  await pyodide.loadPackage(["pydantic", "pyqueue"], { messageCallback: () => {} });
  await pyodide.loadPackage(
    wheels.map((name) => new URL(`/suite/${name}`, location.href).href),
    { messageCallback: () => {} },
  );
  const zip = await (await fetch("/suite/suite.zip")).arrayBuffer();
  pyodide.unpackArchive(zip, "zip", { extractDir: "/suite" });
  // Async, so that stack switching works below it and tests can run_sync().
  const code = await pyodide.runPythonAsync(`
import os, sys, pytest
os.chdir("/suite")
sys.dont_write_bytecode = True
int(pytest.main([
    "tests", "-q", "-ra", "--color=no", "-p", "no:cacheprovider", "--import-mode=importlib",
    "-o", "addopts=", "-o", "timeout=0", "-m", "not cpython_only",
]))`);
  return [code, output.join("\n")];
}
