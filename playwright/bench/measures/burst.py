"""A burst of 20,000 traces, from the first to when all are durable, by every writer in turn."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure, medians, ratio
from bench.scene import Scene

BURST = 20_000
# The slow ones are given fewer: theirs are figures per trace, too.
WRITERS = {
    "pyqueue": BURST,
    "python": BURST,
    "dexie": BURST,
    "idb": BURST,
    "localforage": 2_000,
    "workbox": 1_000,
    "sentry": 500,
    "sentry_default": 500,
    "opentelemetry": BURST,
    "row_per_trace": BURST,
    "row_per_batch": BURST,
    "limit": BURST,
}


def run(scene: Scene) -> dict[str, Any]:
    results: dict[str, Any] = {
        name: {"traces": count, "rounds": []} for name, count in WRITERS.items()
    }
    for _ in range(scene.rounds):
        for name, count in WRITERS.items():
            results[name]["rounds"].append(_play(scene, name, count))
    return {name: result | medians(result["rounds"]) for name, result in results.items()}


def _play(scene: Scene, writer: str, count: int) -> dict[str, float]:
    with scene.stage() as stage:
        stage.call("burst", "open", writer, stage.database, count)
        took, cost = stage.cost("burst", "write")
        return {
            "perSecond": count / took * 1000,
            "mainMicros": cost.main / count,
            "rendererMicros": cost.renderer / count,
            "stored": stage.call("burst", "stored", count),
        }


def of(results: dict[str, Any], key: str, mine: str, other: str) -> float:
    """How one writer's figure compares to another's, round by round."""
    first, second = ([round[key] for round in results[name]["rounds"]] for name in (mine, other))
    return ratio(first, second)


FASTER = [
    ("pyqueue", "dexie", 10.0),
    ("pyqueue", "idb", 10.0),
    ("pyqueue", "localforage", 50.0),
    ("pyqueue", "workbox", 120.0),
    ("pyqueue", "limit", 0.8),
    ("python", "dexie", 5.0),
]
CHEAPER = [("pyqueue", "dexie", 0.15), ("pyqueue", "opentelemetry", 1.0)]


def lines(results: dict[str, Any]) -> list[Line]:
    speed = [
        Line(
            f"traces/s, {mine} against {other}",
            of(results, "perSecond", mine, other),
            target,
            least=True,
            figures=" / ".join(f"{results[name]['perSecond']:,.0f}" for name in (mine, other)),
        )
        for mine, other, target in FASTER
    ]
    cpu = [
        Line(
            f"main-thread CPU a trace, {mine} against {other}",
            of(results, "mainMicros", mine, other),
            target,
            figures=" / ".join(f"{results[name]['mainMicros']:.1f} µs" for name in (mine, other)),
        )
        for mine, other, target in CHEAPER
    ]
    return speed + cpu


MEASURE = Measure("burst", run, lines)
