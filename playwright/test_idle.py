"""A page that traces nothing costs nothing: no timer of ours is left to wake it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import start
from timeline import Timeline

RARE = 60_000
"""ms. The leading tab looks at what is stored every five minutes; nothing else may stay."""

WORK = """async () => {
  for (let n = 0; n < 2000; n += 1) pyqueue.trace("busy", { n }, { priority: n % 4 });
  await pyqueue.flush();
  await pyqueue.recovered;
  await pyqueue.query({ limit: 1 });
}"""


@pytest.mark.parametrize("runtime", ["worker", "dedicated", "page", "none"])
def test_when_all_is_written_no_timer_is_left(page: Page, runtime: str) -> None:
    page.goto("/blank.html")
    timeline = Timeline(page)
    timeline.mark("begin")
    start(page, runtime=runtime)
    page.evaluate(WORK)
    timeline.mark("drained")
    timeline.stop()

    left = [timer for timer in timeline.pending("drained") if timer[1] < RARE]
    assert left == []
    armed = [name for _, name in timeline.counts("begin", "drained").elements()]
    assert "TimerInstall" in armed, "or the timeline sees nothing"
