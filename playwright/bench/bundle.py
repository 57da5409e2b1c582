"""Bundles the pages' scripts and the competitors, from npm's packages, into build/bench/site/."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from build import BUILD, MODULES

HERE = Path(__file__).parent
OUT = BUILD / "bench/site"
FLAGS = [
    *("--bundle", "--minify", "--splitting", "--format=esm", "--target=es2022"),
    *("--define:process.env.NODE_ENV='production'", "--external:/pyqueue/*"),
    *(f"--outbase={HERE}", f"--outdir={OUT}", "--log-level=warning"),
]


def bundle() -> Path:
    """The folder to serve."""
    scripts = [*HERE.glob("page/*.js"), *HERE.glob("writers/*.js")]
    shutil.rmtree(OUT, ignore_errors=True)
    esbuild = MODULES / "esbuild/bin/esbuild"
    # The scripts lie outside of web/, where the packages are.
    where = {"NODE_PATH": str(MODULES), "PATH": str(Path(shutil.which("node") or "node").parent)}
    subprocess.run(["node", esbuild, *scripts, *FLAGS], check=True, env=where)
    return OUT
