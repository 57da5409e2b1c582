"""The inspector without a mouse and without eyes: keys, roles, and what axe finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inspecting import VIEWS, inspect, open_first, pane, rows, show

AXE = Path(__file__).parent.parent / "web/node_modules/axe-core/axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document.querySelector("pyqueue-inspector"));
  return violations.map(({ id, nodes }) =>
    ({ id, where: nodes.slice(0, 4).map(({ html, failureSummary }) => [html, failureSummary]) }));
}"""


def assert_accessible(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(RUN)
    assert not found, found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page: Page, view: str, theme: str) -> None:
    inspect(page, view, theme)
    expect(page.locator(f"#panel-{view}")).to_be_visible()
    if view == "traces":
        open_first(page, "checkout.submit")
        assert_accessible(page)
        pane(page).get_by_role("button", name="Waterfall").click()
        expect(pane(page).get_by_role("list", name="Spans")).to_be_visible()
    if view == "stored":
        rows(page, "Stored rows").first.click()
        expect(rows(page, "Found traces").first).to_be_visible()
    if view == "letters":
        expect(page.locator("#panel-letters tbody tr").first).to_be_visible()
    if view == "settings":
        expect(page.get_by_label("maxQueueSize")).to_be_visible()
    assert_accessible(page)


def test_axe_finds_nothing_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    inspect(page, commands=False)
    for view in VIEWS:
        show(page, view)
        expect(page.locator(f"#panel-{view}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert_accessible(page)


def test_with_forced_colours_bars_and_what_is_chosen_can_be_told(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    inspect(page, "traces")
    open_first(page, "checkout.submit")
    pane(page).get_by_role("button", name="Waterfall").click()
    color = "(one) => getComputedStyle(one).backgroundColor"
    ground = page.locator(".root").evaluate(color)
    chosen = [
        page.locator(f"[aria-{state}=true]:visible") for state in ("selected", "pressed", "current")
    ]
    for one in (pane(page).locator("[aria-current=false] .span-bar"), *chosen):
        assert one.first.evaluate(color) != ground
    assert chosen[1].first.evaluate(color) == chosen[0].first.evaluate(color)


def test_all_is_within_reach_of_the_keyboard(page: Page) -> None:
    inspect(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Traces")).to_be_focused()
    expect(page.locator("#panel-traces")).to_be_visible()

    grid = page.get_by_role("grid", name="Traces")
    grid.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowUp")
    current = grid.locator("[aria-selected=true]")
    expect(current).to_be_visible()
    active = grid.get_attribute("aria-activedescendant")
    assert active == current.get_attribute("id")

    page.keyboard.press("Enter")
    expect(pane(page).locator(".pane-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(grid).to_be_focused()
    expect(pane(page)).to_have_count(0)


def test_a_list_tells_how_long_it_is_and_where_one_stands(page: Page) -> None:
    inspect(page, "traces", minutes=1)
    grid = page.get_by_role("grid", name="Traces")
    expect(rows(page).first).to_be_visible()
    total = int(grid.get_attribute("aria-rowcount") or 0) - 1
    assert total > 100
    grid.focus()
    page.keyboard.press("End")
    expect(grid.locator("[aria-selected=true]")).to_have_attribute("aria-rowindex", str(total + 1))
