"""Tasks over 50 ms on the main thread while 2,000 traces a second come in."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene

PER_SECOND = 2_000


def run(scene: Scene) -> dict[str, Any]:
    seconds = 10 if scene.quick else 60
    results: dict[str, Any] = {"seconds": seconds}
    for name in ("nothing", "pyqueue"):
        with scene.stage() as stage:
            database = stage.database if name == "pyqueue" else None
            results[name] = stage.call("long_tasks", "watch", database, PER_SECOND, seconds)
    return results


def lines(results: dict[str, Any]) -> list[Line]:
    what = f"tasks over 50 ms on the main thread, {results['seconds']} s at 2,000 traces a second"
    longest = max(results["pyqueue"], default=0)
    figures = f"{len(results['nothing'])} in a page that traces nothing"
    if longest:
        figures += f"; the longest took {longest:,.0f} ms"
    return [Line(what, len(results["pyqueue"]), 0, figures=figures)]


MEASURE = Measure("long_tasks", run, lines)
