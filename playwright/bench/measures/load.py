"""How throughput and CRITICAL's latency go with the load that is offered."""

from __future__ import annotations

from typing import Any

from bench.outcome import Measure, medians, table
from bench.scene import Scene

OFFERED = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
CRITICAL = 49
"""Of those offered a second."""
SECONDS = 3


def run(scene: Scene) -> list[dict[str, Any]]:
    """The medians of rounds in which each load had its turn."""
    rounds: dict[int, list[dict[str, Any]]] = {offered: [] for offered in OFFERED}
    for _ in range(scene.rounds):
        for offered, played in rounds.items():
            given = (SECONDS, CRITICAL, offered - CRITICAL)
            with scene.stage() as stage:
                played.append(stage.call("load", "byPyqueue", stage.database, *given))
    return [{"offered": offered, **medians(played)} for offered, played in rounds.items()]


HEAD = [
    "offered a second",
    "written a second",
    "CRITICAL p50 / p99, ms",
    "waiting, MiB",
    "given up",
]


def note(results: list[dict[str, Any]]) -> str:
    pressed = [load["offered"] for load in results if load["backpressure"]]
    start = f"begins at {min(pressed):,} a second" if pressed else "never began"
    rows = [
        [
            *(f"{load[key]:,.0f}" for key in ("offered", "perSecond")),
            f"{load['p50']:.1f} / {load['p99']:.1f}",
            f"{load['waitingBytes'] / 2**20:.1f}",
            f"{load['lost']:,}",
        ]
        for load in results
    ]
    return f"**Load.** Backpressure {start}.\n\n{table(HEAD, rows)}"


MEASURE = Measure("load", run, note=note, in_quick=False)
