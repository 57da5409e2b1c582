"""In a page of its users: by a hotkey, over whatever that page looks like, under its policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

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
# From right to left, with variables of the same names; a dialog, and what fills the screen.
SIGNUP = """<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><title>sign up</title>
<link rel="stylesheet" href="/theirs.css"><input id="name"><main id="stage">Stage</main>
<dialog id="terms"><button>Agree</button></dialog>"""
THEIRS = """* { --surface: pink; --text: white; --lane: lime; }
::backdrop { background: rgb(0 0 0 / 60%); }"""
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
OVER = "() => document.elementFromPoint(innerWidth / 2, innerHeight - 60)?.localName"
LETTER = """() => new Promise((resolve) => {
  indexedDB.open("first").onsuccess = ({ target: { result: db } }) => {
    const writing = db.transaction("dead_letters", "readwrite");
    const trace = { id: "lost", name: "lost", priority: "high", timestamp: 1, attributes: {} };
    writing.objectStore("dead_letters").put({
      id: "lost", trace: JSON.stringify(trace), priority: 2, reason: "rejected", error: "no",
      attempts: 4, time: 1, resolution: null,
    });
    writing.oncomplete = () => resolve(db.close());
  };
})"""
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
    host = serve(csp=STRICT, pages={"/shop.html": HOST, "/signup.html": SIGNUP})
    context = browser.new_context(base_url=host.url, viewport={"width": 1100, "height": 800})
    for name, rules in {"hostile": RULES, "theirs": THEIRS}.items():
        context.route(f"**/{name}.css", partial(fulfill, rules))
    watch(context)
    yield context
    context.close()


def fulfill(rules: str, route: Route) -> None:
    route.fulfill(body=rules, content_type="text/css")


def open_signup(page: Page) -> None:
    page.set_default_timeout(15_000)
    page.goto("/signup.html")
    page.evaluate(START, {"runtime": "none"})


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


def test_a_page_hears_no_key_of_what_is_typed_in_it_and_lists_stay_where_they_were(
    page: Page,
) -> None:
    open_signup(page)
    page.evaluate(MOUNT)
    page.evaluate("mounted.open()")
    page.evaluate("for (let n = 0; n < 300; n += 1) pyqueue.trace(`step.${n}`)")
    show(page, "traces")
    expect(page.locator(".shown-count:visible")).to_have_text("300 traces")
    page.evaluate("""() => {
      window.heard = [];
      for (const type of ["keydown", "keypress", "keyup"])
        document.addEventListener(type, (event) => heard.push(`${type} ${event.key}`));
    }""")
    grid = page.get_by_role("grid", name="Traces")
    grid.evaluate("(grid) => grid.scrollTo(0, 2400)")
    page.get_by_role("searchbox", name="Filter traces").focus()
    page.keyboard.press("s")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("searchbox", name="Filter traces")).to_have_value("")
    assert page.evaluate("heard") == []

    page.keyboard.press("Alt+Shift+KeyQ")
    expect(page.locator("pyqueue-inspector")).to_have_count(0)
    page.keyboard.press("Alt+Shift+KeyQ")
    expect(page.get_by_role("tab", name="Traces")).to_be_focused()
    assert grid.evaluate("(grid) => grid.scrollTop") == 2400


def test_it_stands_above_dialogs_and_full_screens_and_looks_as_it_always_does(page: Page) -> None:
    open_signup(page)
    page.evaluate(MOUNT)
    page.evaluate("terms.showModal()")
    page.evaluate("mounted.open()")
    page.get_by_role("tab", name="Traces").click()  # what lies under a dialog can't be clicked
    expect(page.get_by_role("tab", name="Traces")).to_have_attribute("aria-selected", "true")
    page.evaluate("terms.close()")
    page.wait_for_function("document.querySelector('body > pyqueue-inspector')")
    assert page.evaluate(OVER) == "pyqueue-inspector"
    page.evaluate("terms.showModal()")
    page.wait_for_function("document.querySelector('dialog > pyqueue-inspector')")
    page.evaluate("terms.close()")
    page.evaluate("stage.onclick = () => stage.requestFullscreen()")
    page.locator("#stage").click()
    page.wait_for_function("document.querySelector(':fullscreen pyqueue-inspector')")
    assert page.evaluate(OVER) == "pyqueue-inspector"

    inspector = page.locator("pyqueue-inspector")
    expect(inspector).to_have_css("direction", "ltr")
    root = page.locator("pyqueue-inspector .root")
    expect(root).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(root).to_have_css("color", "rgb(23, 29, 40)")
    backdrop = "(one) => getComputedStyle(one, '::backdrop').display"
    assert inspector.evaluate(backdrop) == "none"


def test_any_key_opens_it_and_what_is_none_is_refused_at_once(page: Page) -> None:
    open_signup(page)
    page.evaluate("async () => (window.inPage = await import('/pyqueue/inspector/in_page.js'))")
    for hotkey, keys in {
        "Control+Shift+I": "Control+Shift+KeyI", "cmd + k": "Meta+KeyK", "Option+2": "Alt+Digit2",
        "Alt+F2": "Alt+F2", "Alt+Shift+/": "Alt+Shift+Slash", "?": "Shift+?", "Ctrl++": "Control++",
        "Escape": "Escape", "Ctrl+Space": "Control+Space",
    }.items():  # fmt: skip
        page.evaluate("(hotkey) => (window.mounted = inPage.mount({ hotkey }))", hotkey)
        page.keyboard.press(keys)
        expect(page.locator("pyqueue-inspector"), hotkey).to_have_count(1)
        page.evaluate("mounted.unmount()")
        expect(page.locator("pyqueue-inspector")).to_have_count(0)

    page.evaluate("window.mounted = inPage.mount({ hotkey: 'Control+Shift+I' })")
    page.locator("#name").focus()
    page.keyboard.press("Shift+I")
    expect(page.locator("#name")).to_have_value("I")
    refused = """(hotkeys) => hotkeys.map((hotkey) => {
      try {
        inPage.mount({ hotkey });
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    })"""
    for message in page.evaluate(refused, [5, "Alt+Banana", "Super+K", "Ctrl+", {}]):
        assert "TypeError" in message
        assert "null for none" in message
    assert '"Alt+Banana" is no key' in page.evaluate(refused, ["Alt+Banana"])[0]


@pytest.mark.expects_console_errors("docked.js", "Failed to load", "import")
def test_what_failed_to_load_is_loaded_when_it_is_next_opened(
    page: Page, request: pytest.FixtureRequest
) -> None:
    if "firefox" in request.node.name:
        pytest.skip("Firefox asks for a script that failed no more, until the page is loaded anew")
    open_signup(page)
    page.evaluate(MOUNT)
    page.route("**/docked.js", lambda route: route.abort(), times=1)
    assert page.evaluate("mounted.open().then(() => 'open', () => 'failed')") == "failed"
    page.evaluate("mounted.open()")
    expect(page.get_by_role("tab", name="Overview")).to_be_focused()


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

    page.evaluate("window.saved = null")
    filter_by(page, "name:step.7 -step.7")  # while the menu is open
    panel.get_by_role("button", name="Export").click()
    expect(panel).to_contain_text("Choose the traces anew")
    assert page.evaluate("saved") is None


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
    expect(rows(page).last).to_contain_text("stored")  # from then on the list stands still
    rows(page).last.click()  # it is followed to its end
    expect(pane(page)).to_be_visible()
    page.evaluate(LETTER)
    show(page, "letters")
    letters = page.locator("#panel-letters tbody tr")
    page.get_by_role("button", name="Refresh").filter(visible=True).click()
    expect(letters).to_have_count(1)

    page.get_by_role("combobox", name="Client").select_option(index=1)
    expect(letters).to_have_count(0)
    show(page, "traces")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("only here")
    expect(pane(page)).to_have_count(0)  # a command would go to the other client


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

    show(page, "overview")
    expect(page.locator(".facts div", has_text="Memory")).to_contain_text(" of ")  # the limit
    page.evaluate("pyqueue.reconfigure({ maxBatchSize: 77 })")
    page.get_by_role("tab", name="Overview").press("End")  # to the last tab, by a key
    expect(config.get_by_label("maxBatchSize")).to_have_value("77")


def test_a_trace_that_waits_is_moved_to_another_priority_and_shown_there(page: Page) -> None:
    open_shop(page, runtime="worker", devtools={"commands": True})
    page.evaluate("""async () => {
      await pyqueue.ready;
      await pyqueue.pause();
      pyqueue.trace("held", { n: 1 }, { priority: "low", id: "held-id" });
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
    filter_by(page, "priority:critical")
    page.evaluate("pyqueue.reprioritize('held-id', 'critical')")
    expect(rows(page)).to_have_count(1)  # it passes now
    page.evaluate("pyqueue.resume().then(() => pyqueue.flush())")
    expect(pane(page).locator(".trace-facts")).to_contain_text("stored")
    expect(pane(page).get_by_role("button", name="Take it out")).to_have_count(0)

    page.evaluate("pyqueue.setConsent(false)")
    expect(rows(page)).to_have_count(0)
    expect(pane(page)).to_have_count(0)
    show(page, "overview")
    expect(page.locator(".verdict")).to_contain_text("there is no consent")
