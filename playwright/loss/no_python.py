"""Pages that never get a Python."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Literal

from loss.outcome import Scenario
from loss.scene import Scene
from pyqueue.testing.browser import block_python, offline


def offline_start(scene: Scene, chance: Random) -> None:
    visit = scene.visit()
    # The page had come so far: all scripts that one needs to trace, but nothing of Python.
    visit.page.evaluate("import('/pyqueue/pyqueue.js').then(() => null)")
    visit.page.wait_for_load_state("networkidle")
    with offline(scene.context):
        visit.start()
        visit.offer(3_000)  # more than a journal holds
        visit.settle(5)
        visit.keep_offering(chance.uniform(0, 300))
        visit.close()


def blocked(how: Literal["missing", "policy"]) -> Callable[[Scene, Random], None]:
    def run(scene: Scene, chance: Random) -> None:
        visit = scene.visit()
        block_python(visit.page, how)
        visit.page.reload()
        visit.start()
        visit.offer(500)
        visit.settle()
        visit.keep_offering(chance.uniform(0, 300))
        visit.leave()

    return run


SCENARIOS = [
    Scenario("offline start", offline_start, 10),
    Scenario("Python blocked: 404", blocked("missing"), 10),
    Scenario("Python blocked: policy", blocked("policy"), 10),
]
