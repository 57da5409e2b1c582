"""Bursts of 20,000 traces, each from the first until all are durable, by every writer in turn.

Three in each page, or two: in the first, engines are cold, which costs those most that bring a
WebAssembly; in the last they are warm.
"""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure, medians, ratio
from bench.scene import Scene, Stage

BURST = 20_000
BURSTS, QUICK_BURSTS = 3, 2
# The slow ones are given fewer: theirs are figures per trace, too.
WRITERS = {
    "pyqueue": BURST,
    "python": BURST,
    "python_all": BURST,
    "dexie": BURST,
    "idb": BURST,
    "localforage": 500,
    "workbox": 250,
    "sentry": 100,
    "sentry_default": 100,
    "opentelemetry": BURST,
    "row_per_trace": BURST,
    "row_per_batch": BURST,
    "limit": BURST,
}


ROW_PER_TRACE = ("dexie", "idb", "row_per_trace")

VISITS, STAY = 3, 2_500
"""Of every writer alike; a quick run has one short visit."""


def run(scene: Scene) -> dict[str, Any]:
    counts = WRITERS | (dict.fromkeys(ROW_PER_TRACE, BURST // 8) if scene.quick else {})
    for name, count in counts.items():
        for _ in range(1 if scene.quick else VISITS):
            _visit(scene, name, count)
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in counts}
    for _ in range(scene.rounds):
        for name, count in counts.items():
            rounds[name].append(_play(scene, name, count))
    return {
        name: {"traces": _bursts(scene) * counts[name], "rounds": played, **medians(played)}
        for name, played in rounds.items()
    }


def _visit(scene: Scene, writer: str, count: int) -> None:
    """Makes the rounds those of users who come back: what the page loads and compiles is cached."""
    with scene.stage(site=writer.replace("_", "-")) as stage:
        stage.call("burst", "open", writer, stage.database)
        _burst(stage, count)
        stage.page.wait_for_timeout(STAY / 10 if scene.quick else STAY)


def _play(scene: Scene, writer: str, count: int) -> dict[str, float]:
    with scene.stage(site=writer.replace("_", "-")) as stage:
        stage.call("burst", "open", writer, stage.database)
        cold, *_, warm = (_burst(stage, count) for _ in range(_bursts(scene)))
        return {
            **{f"cold{key}": figure for key, figure in cold.items()},
            **{f"warm{key}": figure for key, figure in warm.items()},
            "stored": stage.call("burst", "stored"),
        }


def _bursts(scene: Scene) -> int:
    return QUICK_BURSTS if scene.quick else BURSTS


def _burst(stage: Stage, count: int) -> dict[str, float]:
    stage.call("burst", "make", count)
    took, cost = stage.cost("burst", "write")
    return {
        "Speed": count / took * 1000,
        "Main": cost.main / count,
        "Renderer": cost.renderer / count,
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
    ("python_all", "dexie", 5.0),
]
CHEAPER = [("pyqueue", "dexie", 0.15), ("pyqueue", "opentelemetry", 1.0)]


def lines(results: dict[str, Any]) -> list[Line]:
    def line(state: str, key: str, mine: str, other: str, target: float) -> Line:
        what = {"Speed": "traces/s", "Main": "main-thread CPU a trace, µs"}[key]
        figures = " / ".join(f"{results[name][state + key]:,.1f}" for name in (mine, other))
        compared = of(results, state + key, mine, other)
        return Line(
            f"{what}, {state}: {mine} against {other}", compared, target, key == "Speed", figures
        )

    return [
        line(state, key, *pair)
        for key, pairs in {"Speed": FASTER, "Main": CHEAPER}.items()
        for pair in pairs
        for state in ("cold", "warm")
    ]


MEASURE = Measure("burst", run, lines)
