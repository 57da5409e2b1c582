"""The first page of a million stored traces, by every condition, and all of them page by page."""

from __future__ import annotations

from statistics import median
from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene

TARGET = 100.0
"""ms"""

BY_INDEX = {
    "newest": "newest first",
    "oldest": "oldest first",
    "time": "by a time range of 0.3 s",
    "older": "before a time, newest first",
    "priority": "by priority",
    "traceId": "by trace id",
    "id": "by id",
}
BY_SCAN = {
    "since": "since a time, in stored order",
    "name": "by a name that is in every row",
    "rareName": "by a name of one in 100,000, which takes a scan of all rows",
}


def run(scene: Scene) -> dict[str, Any]:
    """Each is asked of traces all over the store; a scan, which takes seconds, but twice."""
    count = 100_000 if scene.quick else 1_000_000
    with scene.stage() as stage:
        stage.call("query", "open", stage.database)
        rows = stage.call("query", "fill", count)
        asked = {
            name: stage.call("query", "firstPages", name, 2 if name == "rareName" else 10)
            for name in (*BY_INDEX, *BY_SCAN)
        }
        everything, cost = stage.cost("query", "everything")
    return {
        "traces": count, "rows": rows, "asked": asked, "everything": everything,
        "mainMicros": cost.main / count,
    }  # fmt: skip


def lines(results: dict[str, Any]) -> list[Line]:
    return [
        Line(
            f"first page of {results['traces']:,} stored, {what}, ms",
            median(results["asked"][name]["took"]),
            TARGET,
            figures=_figures(results["asked"][name]),
        )
        for name, what in BY_INDEX.items()
    ]


def note(results: dict[str, Any]) -> str:
    scans = "; ".join(
        f"{what}: {median(results['asked'][name]['took']):,.0f} ms"
        for name, what in BY_SCAN.items()
    )
    all_of_it = results["everything"]
    return (
        f"**Queries** of {results['traces']:,} traces in {results['rows']:,} rows, where no index "
        f"serves: {scans}. `stream()` of everything: the first page after {all_of_it['first']:.0f} "
        f"ms, all {all_of_it['traces']:,} after {all_of_it['took'] / 1000:.1f} s, "
        f"{results['mainMicros']:.1f} µs of the main thread a trace."
    )


def _figures(asked: dict[str, Any]) -> str:
    took = asked["took"]
    return f"{min(took):.0f} to {max(took):.0f} ms, at least {asked['found']} found"


MEASURE = Measure("query", run, lines, note)
