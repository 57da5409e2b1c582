"""What a trace costs at a backlog of 100,000, against one of 1,000."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure, medians, ratio
from bench.scene import Scene

FEW, MANY = 1_000, 100_000
MORE = 2_000


def run(scene: Scene) -> dict[str, Any]:
    rounds = [_play(scene) for _ in range(1 if scene.quick else scene.rounds)]
    return {"rounds": rounds, **medians(rounds)}


def _play(scene: Scene) -> dict[str, float]:
    """CPU in µs a trace: of the whole renderer from trace() to durable, in bursts that make such a
    backlog; of the main thread for one more while so many wait."""
    with scene.stage() as stage:
        stage.call("backlog", "open", stage.database)
        _, few = stage.cost("backlog", "burst", FEW, 20)
        _, many = stage.cost("backlog", "burst", MANY, 1)
        more = {}
        for backlog in (FEW, MANY):
            stage.call("backlog", "fill", backlog)
            more[backlog] = stage.cost("backlog", "more", MORE)[1].main / MORE
            stage.call("backlog", "drain")
    return {
        "few": few.renderer / FEW / 20,
        "many": many.renderer / MANY,
        "oneMoreOfFew": more[FEW],
        "oneMoreOfMany": more[MANY],
    }


def lines(results: dict[str, Any]) -> list[Line]:
    few, many, more_few, more_many = (
        [played[key] for played in results["rounds"]]
        for key in ("few", "many", "oneMoreOfFew", "oneMoreOfMany")
    )
    return [
        Line(
            "cost a trace, backlog of 100,000 against 1,000: to durable, CPU of the renderer",
            ratio(many, few),
            1.2,
            figures=f"{results['many']:.1f} / {results['few']:.1f} µs",
        ),
        Line(
            "the same: one more trace(), CPU of the main thread",
            ratio(more_many, more_few),
            1.2,
            figures=f"{results['oneMoreOfMany']:.1f} / {results['oneMoreOfFew']:.1f} µs",
        ),
    ]


MEASURE = Measure("backlog", run, lines)
