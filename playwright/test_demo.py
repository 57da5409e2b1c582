"""The demo, used as a person would, on a desk and on a phone; every action turns up as a trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from conftest import SCREENSHOTS
from hosting import Host
from inpage import assert_law, rows

BOOT = 60_000  # ms; a busy machine takes its time
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

STORED_BY_NAME = """async () => {
  await pyqueue.flush();
  return Object.fromEntries((await pyqueue.query()).map(({ name, priority }) => [name, priority]));
}"""


def open_board(page: Page, query: str = "") -> None:
    page.goto("/" + query)
    expect(page.get_by_test_id("state")).to_have_attribute("data-state", "worker", timeout=BOOT)


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=SCREENSHOTS / f"demo-{name}.png", full_page=True)


def write_title(page: Page, title: str) -> Locator:
    page.get_by_test_id("card-input").fill(title)
    page.keyboard.press("Enter")
    return page.get_by_test_id("card").filter(has_text=title)


def drag(page: Page, card: Locator, column: Locator) -> None:
    """With the mouse, in steps, as a hand does."""
    card.hover(position={"x": 10, "y": 10})
    page.mouse.down()
    box = column.bounding_box()
    assert box
    for part in (0.7, 0.3):
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * part, steps=6)
    page.mouse.up()


def in_feed(page: Page, name: str) -> Locator:
    return page.get_by_test_id("feed-item").filter(has_text=name).first


def test_what_a_person_does_is_there_after_a_reload(page: Page) -> None:
    open_board(page, "?fail=never")
    todo, doing = page.get_by_test_id("column-todo"), page.get_by_test_id("column-doing")

    page.get_by_test_id("add-card").click()
    card = write_title(page, "Ring the <b>printer</b>")
    expect(card).to_have_count(1)  # what is typed is text, not markup
    card.get_by_test_id("card-title").click()
    card = write_title(page, "Ring the printer twice")

    drag(page, card, doing)
    expect(doing.get_by_text("Ring the printer twice")).to_be_visible()
    page.get_by_test_id("undo").click()
    expect(todo.get_by_text("Ring the printer twice")).to_be_visible()

    page.get_by_test_id("search").fill("printer")
    expect(page.get_by_test_id("card").filter(visible=True)).to_have_count(1)
    expect(in_feed(page, "board.search")).to_be_visible()
    page.get_by_test_id("search").fill("")

    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("toast").filter(has_text="Board saved")).to_be_visible()
    page.get_by_test_id("break").click()
    expect(in_feed(page, "app.error")).to_contain_text("stored")
    shoot(page, "used")

    page.get_by_test_id("reload").click()
    errors = page.get_by_test_id("stored-trace").filter(has_text="app.error")
    expect(errors).to_have_count(1, timeout=BOOT)
    expect(errors).to_contain_text("earlier")
    shoot(page, "read-back")
    page.get_by_test_id("stored-name").select_option("board.card.move")
    expect(page.get_by_test_id("stored-trace")).to_have_count(1)
    assert page.evaluate(STORED_BY_NAME) == {
        "app.error": "critical",
        "board.save": "high",
        "board.card.add": "normal",
        "board.card.edit": "normal",
        "board.card.move": "normal",
        "board.undo": "normal",
        "board.search": "low",
        "ui.pointer": "low",
    }


def test_a_failed_save_is_traced_as_error_and_can_be_retried(page: Page) -> None:
    page.goto("/?fail=always")
    expect(page.get_by_text("running in worker")).to_be_visible(timeout=30_000)  # nothing moves now
    page.get_by_test_id("save").click()
    toast = page.get_by_test_id("toast").filter(has_text="could not be saved").last
    expect(toast).to_be_visible()
    shoot(page, "save-failed")
    toast.get_by_role("button", name="Retry").click()
    expect(page.get_by_test_id("feed-item").filter(has_text="board.save")).to_have_count(2)
    saves = page.evaluate("pyqueue.query({ name: 'board.save' })")
    assert [(save["status"], save["error"]["type"]) for save in saves] == [("error", "Error")] * 2
    assert all(save["duration"] > 0 for save in saves)


def test_the_burst_is_stored_and_the_law_holds_in_both_queues(page: Page) -> None:
    open_board(page)
    for number, queue in enumerate(("priority", "fifo"), 1):
        button = page.get_by_test_id(f"queue-{queue}")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        page.get_by_test_id("burst").click()
        result = page.get_by_test_id("burst-result")
        expect(result).to_contain_text("10,000 stored in IndexedDB", timeout=BOOT)
        expect(result).to_contain_text(f"({queue})")
        written = page.get_by_test_id("metric-written")
        expect(written).to_have_attribute("data-value", str(number * 10_000))
        expect(page.get_by_test_id("law")).to_have_attribute("data-balanced", "true")
        shoot(page, f"burst-{queue}")
    assert_law(page.evaluate("pyqueue.metrics()"))
    assert sum(row["count"] for row in rows(page)) == 20_000


@pytest.fixture
def phone(chromium: Browser, server: Host, watch: Callable[[BrowserContext], None]) -> Page:
    context = chromium.new_context(base_url=server.url, **PHONE)
    watch(context)
    yield context.new_page()
    context.close()


def test_it_works_on_a_phone(phone: Page) -> None:
    open_board(phone, "?fail=never")
    shoot(phone, "phone")
    phone.get_by_test_id("add-card").tap()
    card = write_title(phone, "From the train")
    card.get_by_role("button", name="Move right").tap()
    expect(phone.get_by_test_id("column-doing").get_by_text("From the train")).to_be_visible()
    phone.get_by_role("button", name="Live metrics").tap()
    expect(in_feed(phone, "board.card.move")).to_contain_text("stored")
    shoot(phone, "phone-strip")
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"], "the page scrolls sideways"


def test_the_inspector_opens_by_its_button(page: Page) -> None:
    page.goto("/?runtime=none")
    page.get_by_test_id("inspect").click()
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()


def test_after_the_only_card_found_is_deleted_the_keys_go_on_working(page: Page) -> None:
    page.goto("/?runtime=none")
    cards = page.get_by_test_id("card").filter(visible=True)
    page.get_by_test_id("search").fill("changelog")
    expect(cards).to_have_count(1)
    cards.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("add-card")).to_be_focused()
    page.get_by_test_id("undo").click()
    page.get_by_test_id("search").fill("e")
    cards.first.focus()
    page.keyboard.press("Delete")
    expect(cards.first).to_be_focused()
