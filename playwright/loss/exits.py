"""Pages that end as pages do."""

from __future__ import annotations

from random import Random

from loss.outcome import Scenario
from loss.scene import Scene


def navigate_away(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    visit.keep_offering(chance.uniform(0, 800))
    visit.leave()


def close_the_tab(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    visit.keep_offering(chance.uniform(0, 800))
    visit.close()


def reload_in_a_burst(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    burst = chance.randint(500, 3_000)
    with visit.page.expect_navigation():
        visit.page.evaluate("(count) => { visitor.offer(count); location.reload(); }", burst)


def hide_before_python_is_up(scene: Scene, chance: Random) -> None:
    visit = scene.visit()
    visit.start(ready=False)
    visit.offer(300)
    visit.page.wait_for_timeout(chance.uniform(0, 400))  # any moment
    visit.leave()


def go_back(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    visit.keep_offering(chance.uniform(0, 400))
    visit.leave()
    visit.page.go_back(wait_until="commit")  # a page that comes back from the cache loads nothing
    if visit.page.evaluate("!globalThis.visitor"):
        raise AssertionError("the browser did not keep the page: something makes it ineligible")
    visit.page.wait_for_timeout(chance.uniform(0, 400))  # any moment
    visit.page.evaluate("visitor.rest()")
    visit.settle()


SCENARIOS = [
    Scenario("navigate away", navigate_away, 20),
    Scenario("close tab", close_the_tab, 20),
    Scenario("reload in a burst", reload_in_a_burst, 20),
    Scenario("page hides before Python is up", hide_before_python_is_up, 20),
    Scenario("away and back (bfcache)", go_back, 20),
]
