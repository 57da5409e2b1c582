"""Processes that end without a word."""

from __future__ import annotations

from random import Random

from loss.outcome import Scenario
from loss.scene import Scene, Visit
from pyqueue.testing.browser import crash_tab, kill_browser, kill_worker, renderer_pid

LEADER = """async (name) => {
  const open = indexedDB.open(name);
  await new Promise((resolve) => (open.onsuccess = resolve));
  const request = open.result.transaction("meta").objectStore("meta").get("leader");
  await new Promise((resolve) => (request.onsuccess = resolve));
  open.result.close();
  return request.result?.holder;
}"""


def kill_the_renderer(scene: Scene, chance: Random) -> None:
    visit = scene.visit()
    pid = renderer_pid(visit.page)
    is_up = chance.random() < 0.6  # else Python still boots
    visit.start(ready=is_up)
    visit.keep_offering(chance.uniform(0, 1_500))
    crash_tab(visit.page, pid)
    visit.page.close()


def kill_the_browser(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    visit.keep_offering(chance.uniform(100, 1_500))
    kill_browser(scene.context)
    scene.relaunch()


def end_the_worker(scene: Scene, chance: Random) -> None:
    visit = scene.started()
    visit.keep_offering(chance.uniform(100, 800))
    kill_worker(visit.page, "/pyqueue/")
    visit.page.wait_for_timeout(chance.uniform(0, 200))  # any moment
    visit.page.evaluate("visitor.rest()")
    visit.settle()  # the page goes on with another


def five_tabs(scene: Scene, chance: Random) -> None:
    """Each offers 1,000; the one that leads the others is killed in the middle."""
    first = scene.started()
    database = first.tally.database
    tabs = [first, *(scene.visit(database) for _ in range(4))]
    for tab in tabs[1:]:
        tab.start(ready=False)
    for tab in tabs:
        tab.page.evaluate("visitor.ready")
    leader = _leader(tabs)
    pid = renderer_pid(leader.page)
    killed_at = chance.randrange(10)
    for turn in range(10):
        for tab in tabs:
            if turn == killed_at and tab is leader:
                crash_tab(leader.page, pid)
                leader.page.close()
            if not tab.page.is_closed():
                tab.offer(100)
    for tab in tabs:
        if tab is not leader:
            tab.settle()


def _leader(tabs: list[Visit]) -> Visit:
    """Who leads says so in `meta`; where nobody does yet, the first tab it is."""
    holder = tabs[0].page.evaluate(LEADER, tabs[0].tally.database)
    return next((tab for tab in tabs if tab.page.evaluate("visitor.session()") == holder), tabs[0])


SCENARIOS = [
    Scenario("renderer killed", kill_the_renderer, 50, is_killed=True),
    Scenario("browser killed", kill_the_browser, 10, is_killed=True),
    Scenario("worker terminated", end_the_worker, 20),
    Scenario("five tabs of 1,000, the leader killed", five_tabs, 3, is_killed=True),
]
