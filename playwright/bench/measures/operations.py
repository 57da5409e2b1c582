"""What the queue's own operations take against `json.dumps`, on CPython and in Pyodide."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import files
from pathlib import Path
from statistics import median
from typing import Any
from zipfile import ZipFile

from bench.outcome import Line, Measure, ratio, table
from bench.scene import Scene
from bench.timed.operations import BACKLOGS, REFERENCE
from build import ROOT
from tests.costs.operations import AT_ONCE, OPERATIONS

TIMED = Path(__file__).parents[1] / "timed/operations.py"
PACKAGES = (
    *("pytest", "pytest-benchmark"),
    *("iniconfig", "packaging", "pluggy", "py-cpuinfo2", "pygments"),
)
CLOCKS = {"CPython": 0.0, "Pyodide": 5.0}
"""µs between two steps of the clock."""


def run(scene: Scene) -> dict[str, Any]:
    return {
        "CPython": _compared(_on_cpython(scene.rounds)),
        "Pyodide": _compared(_in_pyodide(scene)),
    }


def _on_cpython(rounds: int) -> dict[str, Any]:
    found = ROOT / "build/bench/operations.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", TIMED, "-q", "-p", "no:cacheprovider"),
            *("--benchmark-quiet", f"--benchmark-json={found}"),
        ],
        cwd=ROOT,
        env={**os.environ, "TIMED_ROUNDS": str(rounds)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    benchmarks: dict[str, Any] = json.loads(found.read_text())
    return benchmarks


def _in_pyodide(scene: Scene) -> dict[str, Any]:
    """In a page that is isolated: others have a clock of 100 µs."""
    pack(scene.scripts / "timed.zip")
    with scene.stage(site="operations", isolated=True) as stage:
        benchmarks: dict[str, Any] = stage.call("operations", "run", scene.rounds)
        return benchmarks


def pack(archive: Path) -> None:
    """What pytest-benchmark needs, as it is installed here, and the operations."""
    with ZipFile(archive, "w") as zip:
        zip.write(TIMED, TIMED.name)
        for source in (ROOT / "tests/costs").glob("*.py"):
            zip.write(source, f"tests/costs/{source.name}")
        for package in PACKAGES:
            for file in files(package) or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    zip.write(file.locate(), f"site/{file}")


def _compared(benchmarks: dict[str, Any]) -> dict[str, Any]:
    """µs a trace; how that compares to the reference's in the same round; and how it does at a
    large backlog to that at a small one."""
    rounds: dict[int, dict[tuple[str, int], float]] = defaultdict(dict)
    for benchmark in benchmarks["benchmarks"]:
        case = benchmark["params"]
        micros = 1e6 * benchmark["stats"]["min"] / AT_ONCE
        rounds[case["round"]][case["name"], case["backlog"]] = micros
    played = list(rounds.values())
    reference = [found[REFERENCE, BACKLOGS[0]] for found in played]
    operations = {}
    for name in OPERATIONS:
        small, large = ([found[name, backlog] for found in played] for backlog in BACKLOGS)
        operations[name] = {
            "micros": median(small),
            "ratio": ratio(small, reference),
            "growth": ratio(large, small),
        }
    return {"reference": median(reference), "operations": operations}


def lines(results: dict[str, Any]) -> list[Line]:
    found = {
        python: {
            name: operation["growth"]
            for name, operation in results[python]["operations"].items()
            if operation["micros"] * AT_ONCE >= 20 * step  # else it is the clock's
        }
        for python, step in CLOCKS.items()
    }
    return [
        Line(
            f"time of the queue's operations, 10,000 queued against 100: the dearest, {python}",
            max(growths.values()),
            1.2,
            figures=", ".join(f"{name} {growth:.2f}" for name, growth in growths.items()),
        )
        for python, growths in found.items()
    ]


def note(results: dict[str, Any]) -> str:
    head = ["a trace"]
    rows = {name: [name] for name in OPERATIONS} | {REFERENCE: [f"`{REFERENCE}`"]}
    for python in CLOCKS:
        found = results[python]
        head += [f"{python}: / `{REFERENCE}`", "µs"]
        for name, operation in found["operations"].items():
            rows[name] += [f"{operation['ratio']:.3g}", f"{operation['micros']:.2f}"]
        rows[REFERENCE] += ["1", f"{found['reference']:.2f}"]
    title = "**The queue's own operations**, on one thread, with 100 traces queued:"
    return f"{title}\n\n{table(head, list(rows.values()))}"


MEASURE = Measure("operations", run, lines, note)
