"""IndexedDB that fails, and comes back; or does not before the page ends."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from loss.outcome import Scenario
from loss.scene import Scene, Visit
from pyqueue.testing.browser import (
    INDEXEDDB_FAULTS,
    break_indexeddb,
    fill_quota,
    repair_indexeddb,
)

NEEDS_AN_OPEN = ("missing", "open throws", "open fails", "open blocked")


def full_disk(scene: Scene, chance: Random) -> None:
    visit = scene.visit()
    with fill_quota(visit.page, free=200_000):
        visit.start()
        for _ in range(10):
            visit.offer(300)
            visit.settle(0.2)
    visit.settle()


def faults(runtime: str, what: str) -> Callable[[Scene, Random], None]:
    """Each in turn strikes three times, then the storage is whole again; the page goes on."""

    def run(scene: Scene, chance: Random) -> None:
        visit = scene.started(runtime=runtime)
        visit.settle()  # so that it has a connection to lose
        for fault in INDEXEDDB_FAULTS:
            visit.begin(f"storage: {fault} ({what})")
            if not _survives(visit, fault):
                visit.close()
                visit = scene.started(runtime=runtime)

    return run


def _survives(visit: Visit, fault: str) -> bool:
    """Whether the page gets everything stored once the storage is whole again."""
    realm = visit.page.workers[0] if visit.options["runtime"] == "dedicated" else visit.page
    for _ in range(10):  # a connection that is closed is not always noticed at the same write
        if fault in NEEDS_AN_OPEN:
            break_indexeddb(realm, "closes", times=1)
        break_indexeddb(realm, fault, times=3, delay=300)
        visit.offer(100)
        visit.settle(0.3)
        visit.offer(100)
        visit.settle(0.3)
        if repair_indexeddb(realm) >= (2 if fault in NEEDS_AN_OPEN else 1):
            return visit.settle()
    raise AssertionError(f"{fault} never struck")


def broken_to_the_end(scene: Scene, chance: Random) -> None:
    """Each for a page's whole life: what it was handed must be found at the next visit."""
    for fault in INDEXEDDB_FAULTS:
        visit = scene.visit(runtime="none")
        break_indexeddb(visit.page, fault, delay=60_000)
        visit.begin(f"storage: {fault}, to the page's end")
        visit.start()
        visit.offer(100)
        visit.settle(0.2)
        visit.leave()


SCENARIOS = [
    Scenario("quota", full_disk, 5),
    Scenario("storage faults (Python)", faults("dedicated", "Python"), 3),
    Scenario("storage faults (no Python)", faults("none", "no Python"), 3),
    Scenario("storage broken to the page's end", broken_to_the_end, 3),
]
