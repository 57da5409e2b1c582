"""What was acknowledged survives everything that ends a page; nothing is stored twice.

Each scenario of `loss/` once. How often they were played, and what became of the traces, stands in
README.md; `playwright/loss/table.py` makes that table.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from hosting import Host
from loss.outcome import Scenario
from loss.scenarios import SCENARIOS, play
from loss.scene import Scene


@pytest.fixture(scope="module")
def scene(driver: Playwright, server: Host) -> Iterator[Scene]:
    with Scene(driver, server) as scene:
        yield scene


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
def test_nothing_is_lost(scenario: Scenario, scene: Scene) -> None:
    for row, outcome in play(scenario, scene, runs=1).items():
        assert outcome.offered, f"{row}: nothing happened"
        assert outcome.keeps_its_promise(scenario.is_killed), f"{row}: {outcome}"
