"""A trace that is far too large is refused and counted, and holds nobody up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from inpage import assert_law, metrics_when, start, stored


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_large_traces_are_refused_and_others_pass(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate("""() => {
      pyqueue.trace("before");
      for (const megabytes of [2, 5]) {
        pyqueue.trace("large", { text: "x".repeat(megabytes * 1024 * 1024) });
        pyqueue.trace(`after ${megabytes}`);
      }
    }""")
    # Not flush(): should the large one be stuck, it would wait for ever.
    metrics = metrics_when(page, lambda metrics: metrics["written"] >= 3)
    assert_law(metrics)
    assert (metrics["refused"], metrics["queued"]) == (2, 0)
    assert metrics["droppedByReason"] == {"too_large": 2}
    assert [trace["name"] for trace in stored(page)] == ["before", "after 2", "after 5"]
