"""Memory while many traces go through: the last tenth against the second."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene

WHERE = {"js": "JS heaps of page and worker", "wasm": "WASM"}


def run(scene: Scene) -> dict[str, Any]:
    """MiB after each tenth, garbage collected."""
    count = 100_000 if scene.quick else 1_000_000
    with scene.stage() as stage:
        stage.call("stored", "start", stage.database)
        heaps = stage.heaps()
        tenths = []
        for _ in range(10):
            stage.call("stored", "write", count // 10)
            tenths.append(heaps.read())
    return {"traces": count, **{key: [tenth[key] for tenth in tenths] for key in WHERE}}


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
