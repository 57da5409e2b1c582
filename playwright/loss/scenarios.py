"""All scenarios, and how one is played."""

from __future__ import annotations

from random import Random

from loss import crashes, exits, no_python, storage
from loss.outcome import Outcome, Scenario
from loss.scene import Scene

SCENARIOS = [*exits.SCENARIOS, *crashes.SCENARIOS, *no_python.SCENARIOS, *storage.SCENARIOS]


def play(scenario: Scenario, scene: Scene, runs: int) -> dict[str, Outcome]:
    """The table's rows for a scenario. The same runs each time: chance is seeded by its name."""
    chance = Random(scenario.name)
    for _ in range(runs):
        scenario.run(scene, chance)
        scene.recover()
    return scene.account(scenario.name)
