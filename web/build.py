"""Builds dist/: the demo at its root and, in dist/pyqueue/, all that a page needs from us.

Any static server can host the folder. What was downloaded stays in build/, so that a rebuild
fetches nothing. The new folder takes the old one's place only when it is whole.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from gzip import compress
from hashlib import sha256
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from lockfile import pyodide_lock
from slim import slim
from wasm import settled

ROOT = Path(__file__).parent.parent
WEB, BUILD, DIST = ROOT / "web", ROOT / "build", ROOT / "dist"
MODULES = WEB / "node_modules"

# What a page loads before it can trace, and its wheel; bytes, gzipped.
SCRIPT_BUDGET = 6 * 1024
SHIM_BUDGET = 2 * 1024
WHEEL_BUDGET = 60 * 1024
FORMATS_BUDGET = 14 * 1024

# Micropip installs the whole wheel; a page that only traces downloads less.
NOT_FOR_PAGES = (
    *("testing", "write_queue", "formats", "tools", "cli"),
    *("sqlite*.py", "*operations.py", "chunks.py"),
)

# The one platform that Pyodide 314 is.
BROWSER = [
    *("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "none"),
    *("--platform", "pyemscripten_2026_0_wasm32", "--platform", "any"),
]


def fetch_wheels(requirements: Path, folder: Path) -> Path:
    """Downloads a lock's wheels for the browser, once for each state of the lock."""
    stamp = folder / ".locked"
    state = sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == state:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    exact = ["--no-deps", "--require-hashes", "--only-binary=:all:"]
    subprocess.run([*pip, *exact, *BROWSER, "--dest", folder, "-r", requirements], check=True)
    stamp.write_text(state)
    return folder


def build_wheel(folder: Path) -> Path:
    """Our own wheel, made in this process: no network, no other environment."""
    builder = WheelBuilder(str(ROOT))
    return Path(next(builder.build(directory=str(folder), versions=["standard"])))


def build_archive(target: Path, room: str, *left_out: str) -> Path:
    """What worker.js loads: a room of the package without its prose, and without what is left out.
    One gzip stream, for small files compress badly each by itself."""
    ignore = shutil.ignore_patterns("__pycache__", *left_out)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        package = shutil.copytree(ROOT / room, Path(scratch) / room, ignore=ignore)
        for module in package.rglob("*.py"):
            module.write_text(slim(module.read_text()))
        files = sorted(package.rglob("*.py"))
        with tarfile.open(target, "w:gz", compresslevel=9) as archive:
            for file in files:
                archive.add(file, file.relative_to(scratch), filter=anonymous)
    return target


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without times and owners, which take room and differ from build to build."""
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def make_snapshot(archive: Path) -> Path:
    """The memory of a Python that has imported the archive; see snapshot.mjs."""
    snapshot = archive.parent / "pyqueue.snapshot"
    subprocess.run(["node", WEB / "snapshot.mjs", archive, snapshot], check=True)
    return snapshot


# All that a page needs to trace; what else it may need is loaded behind it, and shared among them.
FIRST = ("pyqueue.js", "worker.js")
BEHIND = (
    *("options.js", "python.js", "spool.js", "tabs.js", "recovery.js", "control.js"),
    *("database_faults.js", "export.js", "devtools/hook.js", "devtools/tracks.js"),
)

# Loaded by whoever wants to look, and by nobody else.
INSPECTOR = ("inspector.js", "in_page.js", "docked.js", "sample.js", "standalone.js")
INSPECTOR_PAGES = ("index.html", "standalone.css")


def bundle(out: Path, *scripts: str, **options: str) -> int:
    """Bundles scripts, each with what it imports statically; returns their gzipped size."""
    others = {f"external:./{other}": "" for other in (*FIRST, *BEHIND) if other not in scripts}
    flags = {"bundle": "", "minify": "", "sourcemap": "", "format": "esm", "target": "es2022"}
    flags |= {"external:./pyodide/*": "", "outdir": str(out), "log-level": "warning"}
    words = [
        f"--{name}" + (f"={value}" if value else "")
        for name, value in (flags | others | options).items()
    ]
    before = set(out.glob("*.js"))
    esbuild = MODULES / "esbuild/bin/esbuild"
    subprocess.run(["node", esbuild, *(WEB / script for script in scripts), *words], check=True)
    return sum(len(compress(file.read_bytes())) for file in set(out.glob("*.js")) - before)


def bundle_inspector(out: Path) -> int:
    """The inspector, its pages and its sources; their size, gzipped, of scripts alone."""
    inspector = WEB / "inspector"
    for file in INSPECTOR_PAGES:
        shutil.copy(inspector / file, out / file)
    shutil.copy(MODULES / "uplot/LICENSE", out / "uplot-license.txt")
    scripts = [f"inspector/{script}" for script in INSPECTOR]
    # CSS comes as text, for sheets that no policy has to allow.
    options = {"splitting": "", "chunk-names": "shared-[hash]", "loader:.css": "text"}
    return bundle(out, *scripts, **options, **{"outbase": str(inspector), "legal-comments": "eof"})


def build_extension(out: Path) -> None:
    """The DevTools extension: a folder to load as it is, or to zip."""
    about = shutil.ignore_patterns("panel.js", "*.md", "*.png")
    shutil.copytree(WEB / "extension", out, ignore=about)
    shutil.copy(MODULES / "uplot/LICENSE", out / "uplot-license.txt")
    bundle(out, "extension/panel.js", **{"loader:.css": "text", "legal-comments": "eof"})


def copy_runtime(out: Path) -> dict[str, str]:
    """Puts Pyodide and PyScript in place; returns what Pyodide's own lock says of its ABI."""
    pyodide = MODULES / "pyodide"
    (out / "pyodide").mkdir()
    for pattern in ("pyodide.mjs*", "pyodide.asm.*", "python_stdlib.zip"):
        for file in pyodide.glob(pattern):
            shutil.copy(file, out / "pyodide")
    module = out / "pyodide/pyodide.asm.wasm"
    module.write_bytes(settled(module.read_bytes()))
    shutil.copytree(MODULES / "@pyscript/core/dist", out / "pyscript")
    info: dict[str, str] = json.loads((pyodide / "pyodide-lock.json").read_text())["info"]
    return info


def check_origins(out: Path) -> None:
    for script in (*out.glob("*.js"), *out.glob("devtools/*.js"), *out.glob("inspector/*.js")):
        if found := re.findall(r"https?://[\w.-]+", script.read_text()):
            raise SystemExit(f"{script.name} names another origin: {found}")


def check_budget(what: str, size: int, budget: int) -> None:
    print(f"{what:<34}{size:>7,} of {budget:,} bytes (gzip)")
    if size > budget:
        raise SystemExit(f"{what} is over its budget")


def build(target: Path) -> None:
    out = target / "pyqueue"
    shutil.copytree(WEB / "demo", target, dirs_exist_ok=True)
    out.mkdir()
    sizes = {script: bundle(out, script) for script in FIRST}
    (out / "page").mkdir()
    page = build_archive(out / "page/pyqueue.tar.gz", "pyqueue", *NOT_FOR_PAGES)
    formats = build_archive(out / "page/formats.tar.gz", "pyqueue/formats")
    tools = build_archive(out / "page/tools.tar.gz", "pyqueue/browser/tools")
    loaded = (out / "worker.js", page, formats, tools)
    mark = sha256(b"".join(file.read_bytes() for file in loaded)).hexdigest()[:8]
    sizes["shim.js"] = bundle(
        out, "shim.js", **{"format": "iife", "sourcemap": "external", "drop-labels": "QUICK"}
    )
    sizes["loaded behind"] = bundle(
        out,
        *BEHIND,
        **{"splitting": "", "chunk-names": "shared-[hash]", "define:BUILD": json.dumps(mark)},
    )
    (out / "inspector").mkdir()
    sizes["inspector"] = bundle_inspector(out / "inspector")
    build_extension(target / "pyqueue-extension")
    info = copy_runtime(out)

    shutil.copytree(fetch_wheels(WEB / "wheels.txt", BUILD / "wheels"), out / "wheels")
    (out / "wheels/.locked").unlink()
    wheel = build_wheel(out / "wheels")
    snapshot = make_snapshot(page)
    lock = pyodide_lock(info, sorted((out / "wheels").glob("*.whl")), "../wheels/")
    (out / "pyodide/pyodide-lock.json").write_text(json.dumps(lock, indent=1))
    facts = {
        "version": wheel.name.split("-")[1],
        "wheel": f"wheels/{wheel.name}",
        "page": f"page/{page.name}",
        "pyodide": json.loads((MODULES / "pyodide/package.json").read_text())["version"],
    }
    (out / "bundle.json").write_text(json.dumps(facts, indent=1))

    print(", ".join(f"{script} {size:,}" for script, size in sizes.items()))
    print(f"{snapshot.name} {snapshot.stat().st_size:,}")
    check_budget("pyqueue.js", sizes["pyqueue.js"], SCRIPT_BUDGET)
    check_budget("shim.js", sizes["shim.js"], SHIM_BUDGET)
    check_budget(f"page/{page.name}", page.stat().st_size, WHEEL_BUDGET)
    check_budget(f"page/{formats.name}", formats.stat().st_size, FORMATS_BUDGET)
    check_origins(out)


def main() -> None:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        new, old = Path(scratch) / "new", Path(scratch) / "old"
        new.mkdir()
        build(new)
        if DIST.exists():
            DIST.rename(old)
        new.rename(DIST)


if __name__ == "__main__":
    main()
