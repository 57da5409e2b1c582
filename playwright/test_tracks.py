"""What pyqueue does is drawn into recordings of the Performance panel, where a page asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from inpage import metrics_when, start
from timeline import MEASURES, Timeline

WORK = """async () => {
  const from = Date.now() - 20;
  performance.clearMeasures();
  performance.measure("save", { start: 0, end: 1 }); // the page's own
  pyqueue.trace("save", {}, { timestamp: from, duration: 15, priority: "high", traceId: "t1" });
  pyqueue.trace("before the page", {}, { timestamp: 5, duration: 1 });
  pyqueue.trace("to come", {}, { timestamp: from + 1e9 });
  await pyqueue.flush();
}"""


ALL = {"traces", "batches", "writes"}
"""Not from the first recording on: what draws is loaded behind the start."""


def recorded(page: Page) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The entries by track: name, and what DevTools is told."""
    timeline = Timeline(page, MEASURES)
    page.evaluate(WORK)
    metrics_when(page, lambda metrics: metrics["batches"] > 0)
    timeline.stop()
    tracks: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for name, detail in timeline.measures():
        told = detail["devtools"]
        assert (told["dataType"], told["trackGroup"]) == ("track-entry", "pyqueue")
        tracks.setdefault(told["track"], []).append((name.rstrip("\u200b"), told))
    return tracks


@pytest.mark.parametrize("runtime", ["worker", "dedicated", "page", "none"])
def test_traces_batches_and_writes_are_drawn_in_tracks_of_their_own(
    page: Page, runtime: str
) -> None:
    start(page, runtime=runtime, tracks=True)
    tracks = next(found for _ in range(30) if set(found := recorded(page)) == ALL)
    ((name, told),) = tracks["traces"]
    assert (name, told["color"]) == ("save", "primary-dark")
    assert ["traceId", "t1"] in told["properties"]
    assert sum(int(name.split()[0]) for name, _ in tracks["batches"]) == 3
    left = page.evaluate("performance.getEntriesByType('measure').map(({ name }) => name)")
    assert left == ["save"], "the page's own, and none of ours"


def test_unless_a_page_asks_for_them_nothing_is_drawn(page: Page) -> None:
    start(page)
    assert recorded(page) == {}
