"""CRITICAL, from trace() to durable, while 20,000 LOW ones a second pour in."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure, medians, ratio
from bench.scene import Scene

LOAD = 20_000
SECONDS = 8
PER_SECOND = 49
"""So there are a few hundred in a round: of fewer than 100, the p99 would be the longest wait."""


def run(scene: Scene) -> dict[str, Any]:
    """ms."""
    plays = {"byPyqueue": (PER_SECOND, LOAD), "bare": (PER_SECOND,)}
    if not scene.quick:
        plays["bareBesideRows"] = (PER_SECOND, LOAD)
    rounds: list[dict[str, Any]] = []
    seconds = SECONDS // 4 if scene.quick else SECONDS
    for _ in range(scene.rounds):
        played = {}
        for name, given in plays.items():
            with scene.stage(site=name.lower()) as stage:
                played[name] = stage.call("load", name, stage.database, seconds, *given)
        rounds.append(played)
    return {"rounds": rounds, **{name: medians([r[name] for r in rounds]) for name in rounds[0]}}


def lines(results: dict[str, Any]) -> list[Line]:
    mine, bare = ([r[name]["p99"] for r in results["rounds"]] for name in ("byPyqueue", "bare"))
    figures = "p50 / p99: " + ", ".join(
        f"{results[key]['p50']:.1f} / {results[key]['p99']:.1f} ms {what}"
        for key, what in {
            "byPyqueue": "through pyqueue",
            "bare": "bare",
            "bareBesideRows": "bare beside the limit's writing that load",
        }.items()
        if key in results
    )
    what = "CRITICAL to durable, p99, under 20,000 LOW a second, against a bare strict row"
    return [Line(what, ratio(mine, bare), 3.0, figures=figures)]


MEASURE = Measure("critical", run, lines)
