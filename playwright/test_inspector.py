"""Each view of the inspector shows what there is to see, in Chromium and in Firefox."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import SCREENSHOTS
from hosting import Host
from inspecting import VIEWS, filter_by, inspect, open_first, pane, rows, show


@pytest.fixture(params=["chromium", "firefox"])
def context(
    request: pytest.FixtureRequest, server: Host, watch: Callable[[BrowserContext], None]
) -> Iterator[BrowserContext]:
    browser: Browser = request.getfixturevalue(request.param)
    context = browser.new_context(base_url=server.url, viewport={"width": 1200, "height": 800})
    watch(context)
    yield context
    context.close()


def lane(page: Page, priority: str) -> list[str]:
    return page.locator(f".lanes tr[data-lane={priority}] td").all_inner_texts()


def test_the_overview_tells_how_the_queue_is(page: Page) -> None:
    inspect(page)
    expect(page.locator(".verdict")).to_contain_text(re.compile("Healthy|Degraded|Unhealthy"))
    stored = [int(lane(page, name)[5].replace(",", "")) for name in ("critical", "normal", "all")]
    assert 0 < stored[0] < stored[1] < stored[2]
    expect(page.locator(".chart canvas")).to_have_count(4)
    expect(page.locator(".bars li", has_text="memory pressure")).to_be_visible()
    expect(page.locator(".events li").first).to_be_visible()


# In Firefox, Playwright takes pictures with a style of its own. The other tests allow none.
@pytest.mark.expects_console_errors("blocked an inline style")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_is_there_by_its_tab(page: Page, theme: str) -> None:
    inspect(page, theme=theme)
    kind = page.context.browser.browser_type.name if page.context.browser else ""
    for view in VIEWS:
        show(page, view)
        expect(page.locator(f"#panel-{view}")).to_be_visible()
        page.screenshot(path=SCREENSHOTS / f"inspector-{view}-{theme}-{kind}.png")


def test_a_live_list_follows_its_end_until_one_looks_at_a_trace(page: Page) -> None:
    inspect(page, "traces", live=True)
    expect(rows(page).first).to_be_visible()
    grid = page.get_by_role("grid", name="Traces")
    at_end = "(grid) => grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 24"
    page.wait_for_function(at_end, arg=grid.element_handle())

    rows(page).nth(12).click()
    seen = page.locator(".about").inner_text()
    expect(page.locator(".about")).not_to_have_text(seen)  # more have come
    expect(rows(page).and_(page.locator("[aria-selected=true]"))).to_be_in_viewport()


def test_a_filter_lets_through_what_it_says(page: Page) -> None:
    inspect(page, "traces")
    filter_by(page, "name:checkout.* -status:error")
    expect(rows(page).first).to_contain_text("checkout.submit")
    expect(rows(page).filter(has_not_text="checkout.submit")).to_have_count(0)
    filter_by(page, "priority:critical status:error")
    expect(rows(page).filter(has_not_text="critical")).to_have_count(0)
    filter_by(page, "priority:urgent")
    expect(page.locator("#panel-traces .errors")).to_contain_text('there is no "urgent"')
    filter_by(page, "name:nobody")
    expect(page.locator("#panel-traces")).to_contain_text("Nothing passes the filter.")


def test_a_list_is_sorted_by_its_heads(page: Page) -> None:
    inspect(page, "traces")
    page.get_by_role("button", name="Duration").click()
    page.get_by_role("button", name="Duration").click()
    head = page.get_by_role("columnheader", name="Duration").first
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first).to_contain_text(re.compile(r"\d\.\d\d s"))


def test_a_trace_is_shown_whole_copied_and_compared(page: Page) -> None:
    inspect(page, "traces")
    page.evaluate("() => (navigator.clipboard.writeText = async (text) => (window.copied = text))")
    details = open_first(page, "checkout.submit")
    expect(details).to_contain_text("currency")

    for kind in ("JSON", "OTLP", "Python dict"):
        details.get_by_role("button", name=kind, exact=True).click()
        expect(details).to_contain_text(f"Copied as {kind}")
        text = page.evaluate("copied")
        if kind == "Python dict":
            found = eval(text, {"__builtins__": {}})  # what a user does with it
            assert found["attributes"]["cart"]["currency"] == "EUR"
        elif kind == "JSON":
            assert json.loads(text)["name"] == "checkout.submit"
        else:
            span = json.loads(text)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
            assert len(span["traceId"]) == 32

    details.get_by_role("button", name="Pin").click()
    page.get_by_role("grid", name="Traces").press("ArrowDown")
    page.keyboard.press("Enter")
    details.get_by_role("button", name="Waterfall").click()
    details.get_by_role("button", name="Compare").click()  # what comes late is not shown
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(details.locator(".compare tr").filter(has_text="timestamp")).to_be_visible()


def test_the_spans_of_a_trace_stand_below_each_other(page: Page) -> None:
    inspect(page, "traces")
    details = open_first(page, "checkout.submit")
    details.get_by_role("button", name="Waterfall").click()
    spans = details.get_by_role("list", name="Spans").get_by_role("button")
    expect(spans.first).to_contain_text("checkout.submit")
    spans.nth(1).press("Enter")
    expect(pane(page).get_by_role("heading").first).to_contain_text("validate.address")
    expect(spans.nth(1)).to_be_focused()
    expect(spans.nth(1)).to_have_attribute("aria-current", "true")


def test_of_an_hour_each_number_stands_in_its_place(page: Page) -> None:
    trip = {"traceId": "trip", "timestamp": 1_700_000_000_000}
    traces = [
        trip | {"spanId": n, "name": n, "duration": 3_599_900 - i} for i, n in enumerate("ab")
    ]
    inspect(page, "traces", traces=traces)
    filter_by(page, "trace:trip")
    rows(page).first.click()
    pane(page).get_by_role("button", name="Waterfall").click()
    fits = (
        "(all) => all.every((one) => one.scrollWidth <= one.clientWidth && one.clientHeight < 20)"
    )
    numbers = pane(page).locator(".span .number")
    expect(numbers.first).to_have_text("59 min 59 s")
    assert numbers.evaluate_all(fits)
    assert pane(page).locator(".scale").evaluate_all(fits)


def test_where_it_is_low_all_that_is_stored_is_within_reach(page: Page) -> None:
    inspect(page, "stored")
    rows(page, "Stored rows").first.click()
    found = page.get_by_role("grid", name="Found traces")
    expect(found.locator(".row:visible").first).to_be_attached()
    is_within = """(grid) => grid.getBoundingClientRect().bottom
      <= grid.closest(".panels").getBoundingClientRect().bottom + 1"""
    page.set_viewport_size({"width": 1280, "height": 320})
    assert found.evaluate(is_within)
    page.set_viewport_size({"width": 640, "height": 220})
    page.get_by_role("heading", name="Rows, the newest first").hover()
    page.mouse.wheel(0, 600)
    page.wait_for_function(is_within, arg=found.element_handle())


def test_a_row_shows_its_traces_and_a_search_goes_through_all(page: Page) -> None:
    inspect(page, "stored")
    rows(page, "Stored rows").first.click()
    expect(rows(page, "Found traces").first).to_be_visible()
    search = page.get_by_role("searchbox", name="Filter found traces")
    search.fill("attr.currency=EUR")
    search.press("Enter")
    expect(rows(page, "Found traces")).to_have_count(0)
    search.fill("attr.cart.currency=EUR")
    search.press("Enter")
    expect(rows(page, "Found traces").first).to_contain_text("checkout.submit")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    search.fill("name:nobody")
    search.press("Enter")
    expect(rows(page, "Found traces")).to_have_count(0)
    rows(page, "Stored rows").first.click()  # whose traces no former filter hides
    expect(search).to_have_value("")
    expect(rows(page, "Found traces").first).to_be_visible()


def test_older_rows_come_once_however_often_one_asks(page: Page) -> None:
    inspect(page, "stored")
    stored = page.get_by_role("grid", name="Stored rows")
    expect(stored).to_have_attribute("aria-rowcount", "101")
    twice = "(button) => { button.click(); button.click(); }"
    page.get_by_role("button", name="Older rows").evaluate(twice)
    expect(page.get_by_role("region", name="Rows", exact=True)).to_contain_text(" rows, and")
    expect(stored).to_have_attribute("aria-rowcount", "201")


def test_a_search_by_attributes_leads_from_the_live_list_to_the_stored(page: Page) -> None:
    inspect(page, "traces")
    page.get_by_role("searchbox", name="Filter traces").fill("EUR")  # a word may be there, too
    page.get_by_role("button", name="Search stored traces").click()
    expect(rows(page, "Found traces").first).to_contain_text("checkout.submit")
    show(page, "traces")
    filter_by(page, "attr.cart.currency=EUR")
    expect(page.locator("#panel-stored")).to_be_visible()
    expect(rows(page, "Found traces").first).to_contain_text("checkout.submit")


def test_long_work_can_be_cancelled(page: Page) -> None:
    inspect(page)
    page.get_by_role("button", name="Export").click()
    page.get_by_role("combobox", name="Format").select_option("otlp")
    panel = page.locator("#export-panel")
    panel.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Cancel").click()
    expect(panel).to_contain_text("It was cancelled.")
    panel.get_by_role("button", name="Export").click()
    expect(panel).to_contain_text("is among the page's downloads")


def test_dead_letters_are_reviewed_replayed_and_purged(page: Page) -> None:
    inspect(page, "letters")
    letters = page.locator("#panel-letters tbody tr")
    before = letters.count() or (expect(letters.first).to_be_visible() or letters.count())
    expect(letters.first).to_contain_text("write failed")

    letters.first.get_by_role("checkbox").check()
    page.get_by_role("textbox", name="What was found out").fill("a <b>cloned</b> function")
    page.get_by_role("button", name="Mark reviewed").click()
    expect(letters.first).to_contain_text("a <b>cloned</b> function")

    page.get_by_role("button", name="Replay 1").click()
    expect(letters).to_have_count(before - 1)
    letters.first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Purge 1 …").click()
    page.get_by_role("button", name="Purge them").click()
    expect(letters).to_have_count(before - 2)


def test_sessions_show_their_accounts(page: Page) -> None:
    inspect(page, "sessions")
    sessions = page.get_by_role("region", name="Sessions").locator("tbody tr")
    expect(sessions.first).to_contain_text("this page")
    expect(page.get_by_role("region", name="Tabs").locator("tbody tr")).to_contain_text("leads")
    expect(sessions.filter(has_text="adds up")).to_have_count(5)


def test_a_wrong_setting_is_told_beside_its_field(page: Page) -> None:
    inspect(page, "settings")
    config = page.locator("#panel-settings section").nth(1)
    config.get_by_label("heapThreshold").fill("3")
    config.get_by_role("button", name="Apply").click()
    error = config.get_by_role("alert").filter(has_text="heapThreshold must be 0 to 1, not 3")
    expect(error).to_be_visible()
    expect(config.get_by_label("heapThreshold")).to_be_focused()
    config.get_by_label("heapThreshold").fill("0.5")
    config.get_by_role("button", name="Apply").click()
    expect(config).to_contain_text("It is so from now on.")

    page.get_by_role("button", name="Dry run").click()
    expect(page.locator("#panel-settings")).to_contain_text("would go")


def test_where_commands_are_not_allowed_it_says_how_to_allow_them(page: Page) -> None:
    inspect(page, "settings", commands=False)
    how = "start({ devtools: { commands: true } })"
    expect(page.locator("#panel-settings")).to_contain_text(how)
    expect(page.get_by_role("button", name="Flush")).to_be_disabled()
    show(page, "letters")
    expect(page.get_by_role("button", name="Replay")).to_be_disabled()
