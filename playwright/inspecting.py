"""The inspector in a test's page, with a source that plays a page of its own."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

OPEN = """async ({ options, view, theme }) => {
  await import("/pyqueue/inspector/inspector.js");
  const { SampleSource } = await import("/pyqueue/inspector/sample.js");
  const inspector = document.createElement("pyqueue-inspector");
  inspector.setAttribute("view", view);
  inspector.setAttribute("theme", theme);
  inspector.style.setProperty("--height", "100vh");
  inspector.source = new SampleSource(options);
  document.body.replaceChildren(inspector);
}"""

VIEWS = ["overview", "traces", "stored", "letters", "sessions", "settings"]


def inspect(
    page: Page, view: str = "overview", theme: str = "light", *, base: str = "", **options: Any
) -> None:
    """Opens the inspector on a sample; its options are those of `SampleSource`. The sample stands
    still, with four minutes of past, unless `live` says otherwise."""
    page.set_default_timeout(10_000)
    page.goto(base + "/blank.html")
    page.evaluate("document.body.style.margin = 0")
    page.evaluate(OPEN, {"view": view, "theme": theme, "options": {"live": False, **options}})


def show(page: Page, view: str) -> None:
    page.locator(f"[data-view={view}]").click()


def rows(page: Page, grid: str = "Traces") -> Locator:
    """Rows of a list that are on the screen, or a few beyond its edges."""
    return page.get_by_role("grid", name=grid).locator(".row:visible")


def filter_by(page: Page, text: str) -> None:
    page.get_by_role("searchbox", name="Filter traces").fill(text)
    page.get_by_role("searchbox", name="Filter traces").press("Enter")


def pane(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Trace").filter(visible=True)


def open_first(page: Page, name: str) -> Locator:
    """Opens the first trace of this name, and waits until all of it is here."""
    filter_by(page, f"name:{name}")
    expect(rows(page).filter(has_not_text=name)).to_have_count(0)
    page.get_by_role("grid", name="Traces").press("Home")
    page.keyboard.press("Enter")
    expect(pane(page).get_by_role("heading", name="Attributes")).to_be_visible()
    return pane(page)
