"""A hundred thousand traces: to scroll, filter and sort them never stops the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from inspecting import count, filter_by, inspect, rows
from timeline import Timeline

LONG = 50  # ms, from which on the browser speaks of a long task
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


def longest_task(timeline: Timeline, since: str, until: str) -> float:
    """ms of its own time on the processor: other processes don't count."""
    first, last = (next(e["ts"] for e in timeline._events if is_mark(e, name)) for name in (since, until))
    page = next(e for e in timeline._events if is_mark(e, since))
    spent = [
        event.get("tdur", 0) / 1000
        for event in timeline._events
        if event["name"] == "RunTask"
        and (event["pid"], event["tid"]) == (page["pid"], page["tid"])
        and first < event["ts"] < last
    ]
    assert spent, "no task was seen"
    return max(spent)


def is_mark(event: dict[str, Any], name: str) -> bool:
    return event["name"] == "TimeStamp" and event["args"]["data"]["message"] == name


def test_a_hundred_thousand_rows_stay_smooth(page: Page) -> None:
    inspect(page, "traces", extra=100_000)
    expect(page.locator("#panel-traces .shown-count")).to_contain_text("10", timeout=30_000)
    page.wait_for_function(
        "() => document.querySelector('pyqueue-inspector').shadowRoot"
        ".querySelector('.about').textContent.match(/1\\d\\d,\\d{3} traces/)",
        timeout=60_000,
    )
    grid = page.get_by_role("grid", name="Traces")
    assert int(grid.get_attribute("aria-rowcount") or 0) >= 100_000

    timeline = Timeline(page)
    timeline.mark("scroll")
    grid.evaluate(SCROLL)
    timeline.mark("filter")
    filter_by(page, "checkout")
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

    for since, until in (("scroll", "filter"), ("filter", "sort"), ("sort", "end")):
        longest = longest_task(timeline, since, until)
        print(f"{since}: longest task {longest:.1f} ms")
        assert longest < LONG
    assert "10" in count(page)
