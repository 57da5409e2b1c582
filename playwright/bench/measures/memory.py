"""Memory while many traces go through: the last tenth against the second."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene
from pyqueue.testing.browser import renderer_pid

WHERE = {"heap": "the page's JS heap", "renderer": "the renderer, with WASM"}


def run(scene: Scene) -> dict[str, Any]:
    """MiB after each tenth: the page's JS heap, and what the renderer holds: all heaps and WASM."""
    count = 100_000 if scene.quick else 1_000_000
    heap, renderer = [], []
    with scene.stage() as stage:
        pid = renderer_pid(stage.page)
        stage.call("stored", "start", stage.database)
        for _ in range(10):
            stage.call("stored", "write", count // 10)
            stage.collect_garbage()
            heap.append(stage.metrics()["JSHeapUsedSize"] / 2**20)
            renderer.append(_anonymous(pid))
    return {"traces": count, "heap": heap, "renderer": renderer}


def _anonymous(pid: int) -> float:
    """Memory that no file stands for."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def lines(results: dict[str, Any]) -> list[Line]:
    return [
        Line(
            f"memory after {results['traces']:,} traces, last tenth against the second: {what}",
            results[key][9] / results[key][1],
            1.02,
            figures=f"{results[key][9]:.1f} / {results[key][1]:.1f} MiB",
        )
        for key, what in WHERE.items()
    ]


MEASURE = Measure("memory", run, lines)
