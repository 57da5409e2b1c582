"""The same queue from Python in the page: what is added is stored, and there after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from conftest import SCREENSHOTS
from inpage import stored

BOOT = 90_000  # ms; PyScript, micropip and pydantic on a busy machine
DATABASE = "pyqueue-pyscript"


@pytest.mark.timeout(240)
def test_a_checklist_in_python_keeps_its_traces(page: Page) -> None:
    open_checklist(page)
    for title in ("Pack the <i>discs</i>", "Call the courier"):
        page.get_by_test_id("py-title").fill(title)
        page.get_by_test_id("py-add").click()
    page.get_by_label("Column of Call the courier").select_option("Done")
    page.get_by_test_id("py-read").click()
    expect(page.get_by_test_id("py-count")).to_have_text("3")
    page.screenshot(path=SCREENSHOTS / "demo-pyscript.png", full_page=True)

    open_checklist(page)
    listed = page.get_by_test_id("py-stored")
    expect(listed.get_by_text("Pack the <i>discs</i>")).to_be_visible()
    expect(listed.get_by_text("To do → Done")).to_be_visible()
    assert {(trace["name"], trace["priority"]) for trace in stored(page, DATABASE)} == {
        ("card.add", "normal"),
        ("card.move", "high"),
    }


def open_checklist(page: Page) -> None:
    page.goto("/pyscript.html")
    expect(page.get_by_test_id("py-state")).to_have_attribute("data-state", "running", timeout=BOOT)
