"""While 2,000 traces a second come in: tasks over 50 ms on the main thread, and CPU."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene

PER_SECOND = 2_000
WARMING = 4
"""Seconds, in which Python boots and its hot parts are compiled: they count for the tasks, and not
for the CPU."""


def run(scene: Scene) -> dict[str, Any]:
    seconds = 4 if scene.quick else 56
    return {
        "seconds": WARMING + seconds,
        "nothing": _play(scene, 0, seconds, traces=False),
        "pyqueue": _play(scene, WARMING, seconds, traces=True),
    }


def _play(scene: Scene, warming: int, seconds: int, traces: bool) -> dict[str, Any]:
    """CPU in s a million traces."""
    with scene.stage() as stage:
        database = stage.database if traces else None
        stage.call("steady", "begin", database, PER_SECOND, warming)
        before = stage.metrics()
        count = stage.call("steady", "more", PER_SECOND, seconds)
        after = stage.metrics()
        return {
            "longTasks": stage.call("steady", "stop"),
            "main": 1e6 * (after["ThreadTime"] - before["ThreadTime"]) / count,
            "renderer": 1e6 * (after["ProcessTime"] - before["ProcessTime"]) / count,
        }


def lines(results: dict[str, Any]) -> list[Line]:
    what = f"tasks over 50 ms on the main thread, {results['seconds']} s at 2,000 traces a second"
    found, usual = (results[name]["longTasks"] for name in ("pyqueue", "nothing"))
    span = results["seconds"] - WARMING
    figures = f"{len(usual)} in {span} s of a page that traces nothing"
    if found:
        figures += f"; the longest took {max(found):,.0f} ms"
    return [Line(what, len(found), 0, figures=figures)]


def note(results: dict[str, Any]) -> str:
    main, renderer = (
        f"{results['pyqueue'][key] - results['nothing'][key]:.0f} s ({results['nothing'][key]:.0f})"
        for key in ("main", "renderer")
    )
    return (
        "**Steady**, at 2,000 traces a second: a million of them take "
        f"{main} of the main thread's CPU, and {renderer} of the whole renderer's. In brackets "
        "what the same page takes in that time when it traces nothing, which is not counted."
    )


MEASURE = Measure("steady", run, lines, note)
