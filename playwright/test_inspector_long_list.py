"""A hundred thousand traces: to scroll, filter and sort them never stops the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from inspecting import filter_by, inspect, rows
from timeline import Timeline

LONG = 50  # ms, from which on the browser speaks of a long task
MORE = re.compile(r"1\d\d,\d{3} traces seen")
SCROLL = """async (grid) => {
  const frame = () => new Promise(requestAnimationFrame);
  for (let top = 0; top < grid.scrollHeight; top += 20000) {
    grid.scrollTop = top;
    await frame();
  }
  for (let n = 0; n < 60; n += 1) {
    grid.scrollTop -= 37;
    await frame();
  }
}"""


def test_a_hundred_thousand_rows_stay_smooth(page: Page) -> None:
    inspect(page, "traces", extra=100_000)
    grid = page.get_by_role("grid", name="Traces")
    expect(page.locator(".about")).to_contain_text(MORE, timeout=60_000)
    assert int(grid.get_attribute("aria-rowcount") or 0) >= 100_000

    timeline = Timeline(page)
    timeline.mark("scroll")
    grid.evaluate(SCROLL)
    timeline.mark("filter")
    page.get_by_role("searchbox", name="Filter traces").fill("checkout")
    expect(rows(page).first).to_contain_text("checkout.submit")
    filter_by(page, "")
    expect(page.locator("#panel-traces .shown-count")).not_to_contain_text("of")
    timeline.mark("sort")
    page.get_by_role("button", name="Duration").click()
    expect(page.get_by_role("columnheader", name="Duration").first).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_role("button", name="Duration").click()
    expect(page.get_by_role("columnheader", name="Duration").first).to_have_attribute(
        "aria-sort", "descending"
    )
    timeline.mark("end")
    timeline.stop()

    assert timeline.longest_task("scroll", "filter") < LONG
    assert timeline.longest_task("filter", "sort") < LONG
    assert timeline.longest_task("sort", "end") < LONG
