"""In a page of its users: by a hotkey, over whatever that page looks like, under its policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hosting import Host
from inpage import START
from inspecting import filter_by, pane, rows, show

STRICT = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'"
)
HOST = """<!doctype html><html lang="en"><meta charset="utf-8"><title>shop</title>
<link rel="stylesheet" href="/hostile.css"><button id="buy">Buy</button>"""
# What sites do to all that is on them.
RULES = """* { display: none !important; color: lime !important; font: 40px serif !important;
  position: static !important; transform: rotate(3deg); opacity: 0.1; }
html, head ~ body, #buy { display: block !important; }
pyqueue-inspector { height: 0 !important; visibility: hidden !important; }
button { background: red !important; }"""
# Without a picker, where the browser would ask somebody. Firefox tells Playwright of no download:
# what becomes of the file is read in the page.
KEEP_FILES = """() => {
  delete Window.prototype.showSaveFilePicker;
  delete window.showSaveFilePicker;
  const addressOf = URL.createObjectURL;
  URL.createObjectURL = (file) => {
    file.text().then((text) => (window.saved = text));
    return addressOf.call(URL, file);
  };
}"""
MOUNT = """async () => {
  const { mount } = await import("/pyqueue/inspector/in_page.js");
  window.mounted = mount();
}"""
WORK = """async () => {
  for (let n = 0; n < 40; n += 1) {
    const place = { traceId: "visit", spanId: `s${n}`, parentId: n ? "s0" : undefined };
    pyqueue.trace(`step.${n}`, { n, cart: { items: n % 3 } }, { priority: n % 4, ...place });
  }
  await pyqueue.flush();
}"""


@pytest.fixture(params=["chromium", "firefox"])
def context(
    request: pytest.FixtureRequest,
    serve: Callable[..., Host],
    watch: Callable[[BrowserContext], None],
) -> Iterator[BrowserContext]:
    browser: Browser = request.getfixturevalue(request.param)
    host = serve(csp=STRICT, pages={"/shop.html": HOST})
    context = browser.new_context(base_url=host.url, viewport={"width": 1100, "height": 800})
    context.route(
        "**/hostile.css", lambda route: route.fulfill(body=RULES, content_type="text/css")
    )
    watch(context)
    yield context
    context.close()


def open_shop(page: Page, **options: object) -> None:
    page.set_default_timeout(15_000)
    page.goto("/shop.html")
    page.evaluate(START, {"runtime": "none", **options})
    page.evaluate(MOUNT)
    page.locator("#buy").focus()
    page.keyboard.press("Alt+Shift+KeyQ")
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()
    expect(page.locator(".about")).to_contain_text("session")  # it is watching


def test_a_hotkey_opens_and_closes_it_and_gives_the_focus_back(page: Page) -> None:
    open_shop(page)
    page.keyboard.press("Alt+Shift+KeyQ")
    expect(page.locator("pyqueue-inspector")).to_have_count(0)
    expect(page.locator("#buy")).to_be_focused()
    page.keyboard.press("Alt+Shift+KeyQ")
    page.get_by_role("button", name="Close the inspector").click()
    expect(page.locator("pyqueue-inspector")).to_have_count(0)


def test_the_page_does_not_get_in(page: Page) -> None:
    open_shop(page)
    inspector = page.locator("pyqueue-inspector")
    for name, value in {
        "display": "block", "position": "fixed", "visibility": "visible", "opacity": "1",
        "transform": "none",
    }.items():  # fmt: skip
        expect(inspector).to_have_css(name, value)
    assert inspector.evaluate("(one) => one.offsetHeight") > 200
    tab = page.get_by_role("tab", name="Traces")
    expect(tab).to_have_css("font-size", "12px")


def test_what_the_page_traces_is_listed_and_found_again(page: Page) -> None:
    open_shop(page)
    page.evaluate(WORK)
    show(page, "traces")
    filter_by(page, "name:step.7")
    rows(page).first.click()
    expect(pane(page)).to_contain_text("cart")
    pane(page).get_by_role("button", name="Waterfall").click()
    spans = pane(page).get_by_role("list", name="Spans").get_by_role("button")
    expect(spans).to_have_count(40)

    show(page, "stored")
    expect(rows(page, "Stored rows").first).to_be_visible()
    search = page.get_by_role("searchbox", name="Filter found traces")
    search.fill("attr.cart.items=2 priority:high")
    search.press("Enter")
    expect(rows(page, "Found traces").filter(has_text="step.")).to_have_count(4)
    show(page, "sessions")
    sessions = page.get_by_role("region", name="Sessions").locator("tbody tr")
    expect(sessions.first).to_contain_text("adds up")


def test_what_the_filter_lets_through_is_exported_to_a_file(page: Page) -> None:
    open_shop(page)
    page.evaluate(WORK)
    page.evaluate(KEEP_FILES)
    show(page, "traces")
    filter_by(page, "name:step.7")
    page.get_by_role("button", name="Export").click()
    panel = page.locator("#export-panel")
    expect(panel.get_by_label("Traces")).to_have_value("filter")
    panel.get_by_role("button", name="Export").click()
    expect(panel).to_contain_text("is among the page's downloads")
    page.wait_for_function("() => window.saved")
    assert [json.loads(line)["name"] for line in page.evaluate("saved").splitlines()] == ["step.7"]


@pytest.mark.parametrize("words", ["-step.7", "name:step.*", "priority:high,low", "duration:>3"])
def test_a_filter_that_the_store_can_not_be_asked_for_is_no_scope_of_an_export(
    page: Page, words: str
) -> None:
    open_shop(page)
    page.evaluate(WORK)
    show(page, "traces")
    filter_by(page, words)
    page.get_by_role("button", name="Export").click()
    scope = page.locator("#export-panel").get_by_label("Traces")
    expect(scope).to_have_value("all")
    expect(scope.locator("option[disabled]")).to_contain_text("what the filter lets through: not")


def test_each_client_of_the_page_is_looked_at_by_itself(page: Page) -> None:
    open_shop(page, database="first")
    page.evaluate(WORK)
    page.evaluate(START, {"runtime": "none", "database": "second"})
    page.evaluate("pyqueue.trace('only here')")
    show(page, "traces")
    expect(rows(page).filter(has_text="step.")).not_to_have_count(0)
    page.get_by_role("combobox", name="Client").select_option(index=1)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("only here")


def test_it_can_be_made_higher_by_keys(page: Page) -> None:
    open_shop(page)
    edge = page.get_by_role("separator", name="Height of the inspector")
    before = int(edge.get_attribute("aria-valuenow") or 0)
    edge.focus()
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    assert int(edge.get_attribute("aria-valuenow") or 0) > before


def test_with_python_commands_are_carried_out_where_the_page_allows_them(page: Page) -> None:
    open_shop(page, runtime="dedicated", devtools={"commands": True})
    page.evaluate(WORK)
    show(page, "settings")
    page.get_by_role("button", name="FIFO").click()
    expect(page.get_by_role("button", name="FIFO")).to_have_attribute("aria-pressed", "true")
    config = page.locator("#panel-settings section").nth(1)
    config.get_by_label("maxBatchSize").fill("0")
    config.get_by_role("button", name="Apply").click()
    expect(config.get_by_role("alert").filter(has_text="max")).to_be_visible()
    assert page.evaluate("pyqueue.metrics().then(({ mode }) => mode)") == "fifo"


def test_a_trace_that_waits_is_moved_to_another_priority_and_shown_there(page: Page) -> None:
    open_shop(page, runtime="worker", devtools={"commands": True})
    page.evaluate("""async () => {
      await pyqueue.ready;
      await pyqueue.pause();
      pyqueue.trace("held", { n: 1 }, { priority: "low" });
    }""")
    show(page, "traces")
    row = rows(page).filter(has_text="held")
    row.click()
    expect(pane(page).get_by_role("heading", name="Attributes")).to_be_visible()  # then all is
    pane(page).get_by_label("Priority").select_option("high")
    pane(page).get_by_role("button", name="Change priority").click()
    expect(pane(page)).to_contain_text("Done.")
    for place in (pane(page).locator("header"), row):
        expect(place.locator(".mark")).to_have_attribute("data-lane", "high")
    page.evaluate("pyqueue.resume()")
