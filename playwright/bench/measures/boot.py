"""Until Python has written the first trace, and until one is durable without it."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.outcome import Line, Measure, ratio
from bench.scene import Scene

TIMES = ("throughPython", "plainPyodide", "beforePython", "bare")


def run(scene: Scene) -> dict[str, list[float]]:
    """ms. A round that is not counted fills the HTTP cache."""
    rounds: dict[str, list[float]] = {name: [] for name in TIMES}
    for _ in range(1 + scene.rounds):
        for name in TIMES:
            with scene.stage() as stage:
                rounds[name].append(stage.call("boot", name, stage.database))
    return {name: found[1:] for name, found in rounds.items()}


def lines(results: dict[str, Any]) -> list[Line]:
    up, plain, early, bare = (results[name] for name in TIMES)
    later = median(a - b for a, b in zip(early, bare, strict=True))
    return [
        Line(
            "boot: start() to the first trace through Python, against a plain loadPyodide()",
            ratio(up, plain),
            0.3,
            figures=f"{median(up):,.0f} / {median(plain):,.0f} ms",
        ),
        Line(
            "before Python is up: first trace durable, ms more than a bare IndexedDB put",
            later,
            100,
            figures=f"{median(early):,.0f} / {median(bare):,.0f} ms",
        ),
    ]


MEASURE = Measure("boot", run, lines)
