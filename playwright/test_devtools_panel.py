"""The panel in the real DevTools shows the inspected page, under any policy and after a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, Playwright, expect

from browsers import find_firefox
from conftest import SCREENSHOTS
from devtools import EXTENSION, DevTools, launch_devtools
from hosting import Host
from inpage import metrics_when, start
from marionette import launch_marionette
from tool import HOOK

TRUSTED = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "require-trusted-types-for 'script'; trusted-types pyqueue"
)
SESSION = f"{HOOK}.clients.at(-1).about().session"
IS_WATCHED = f"Object.hasOwn({HOOK}.clients[0].facts().waiting, 'push')"


@pytest.fixture(scope="module")
def devtools(driver: Playwright) -> Iterator[DevTools]:
    with launch_devtools(driver) as devtools:
        yield devtools


@pytest.fixture
def inspected(
    devtools: DevTools, serve: Callable[..., Host], watch: Callable[[BrowserContext], None]
) -> Iterator[Page]:
    context = devtools.browser.new_context(base_url=serve(csp=TRUSTED).url)
    watch(context)
    page = context.new_page()
    start(page)
    yield page
    context.close()


def is_shown(panel: FrameLocator, text: str) -> None:
    expect(panel.get_by_text(text).first).to_be_visible(timeout=15_000)


def test_the_panel_shows_a_page_under_the_strictest_policy_and_after_a_reload(
    devtools: DevTools, inspected: Page
) -> None:
    inspected.evaluate("for (let n = 0; n < 3; n += 1) pyqueue.trace('before', { n })")
    frontend = devtools.open(inspected)
    panel = devtools.panel(frontend)
    is_shown(panel, inspected.evaluate(SESSION))
    inspected.evaluate("pyqueue.trace('seen', {}, { priority: 'critical' })")
    is_shown(panel, "1 trace")
    before = inspected.evaluate(SESSION)
    start(inspected)
    after = inspected.evaluate(SESSION)
    assert before != after
    is_shown(panel, after)
    inspected.evaluate("pyqueue.trace('after')")
    is_shown(panel, "1 trace")
    frontend.screenshot(path=SCREENSHOTS / "devtools-panel.png")


def test_the_panel_asks_the_page_for_a_trace_and_steers_its_queue(
    devtools: DevTools, inspected: Page
) -> None:
    start(inspected, devtools={"commands": True})
    panel = devtools.panel(devtools.open(inspected))
    inspected.evaluate("pyqueue.trace('save', { currency: 'EUR' })")
    panel.get_by_role("tab", name="Traces").click()
    panel.get_by_role("gridcell", name="save").first.click()
    is_shown(panel, "EUR")
    panel.get_by_role("tab", name="Settings").click()
    panel.get_by_role("button", name="FIFO").click()
    assert metrics_when(inspected, lambda metrics: metrics["mode"] == "fifo")["mode"] == "fifo"


def test_the_panel_lets_one_choose_among_the_clients_of_a_page(
    devtools: DevTools, inspected: Page
) -> None:
    inspected.evaluate("""async () => {
      const { start } = await import("/pyqueue/pyqueue.js");
      await start({ runtime: "none", database: "other" }).ready;
    }""")
    panel = devtools.panel(devtools.open(inspected))
    expect(panel.locator("select.client option")).to_have_count(2, timeout=15_000)
    panel.locator("select.client").select_option(index=1)
    is_shown(panel, inspected.evaluate(SESSION))


def test_a_panel_that_is_not_looked_at_does_not_watch(devtools: DevTools, inspected: Page) -> None:
    frontend = devtools.open(inspected)
    panel = devtools.panel(frontend)
    is_shown(panel, inspected.evaluate(SESSION))
    assert inspected.evaluate(IS_WATCHED)
    devtools.show(frontend, "elements")
    while inspected.evaluate(IS_WATCHED):
        inspected.evaluate("new Promise(requestAnimationFrame)")


SHOW_PANEL = """(async () => {
  const { require } = ChromeUtils.importESModule("resource://devtools/shared/loader/Loader.sys.mjs");
  const { gDevTools } = require("devtools/client/framework/devtools");
  const { gBrowser } = Services.wm.getMostRecentWindow("navigator:browser");
  const toolbox = await gDevTools.showToolboxForTab(gBrowser.selectedTab, { hostType: "window" });
  for (;;) { // the extension adds its panel when it has seen the toolbox
    const panel = toolbox.getAdditionalTools().find(({ label }) => label === "pyqueue");
    if (panel) return done((await toolbox.selectTool(panel.id)) && panel.label);
    await new Promise((resolve) => toolbox.win.requestAnimationFrame(resolve));
  }
})().catch((error) => done(String(error)));"""
WATCHED = f"const look = () => {IS_WATCHED} ? done(true) : setTimeout(look, 20); look();"


@pytest.mark.skipif(not find_firefox(), reason="there is no firefox-esr here")
def test_the_same_folder_is_a_panel_in_firefox(server: Host, tmp_path: Path) -> None:
    with launch_marionette(tmp_path) as firefox:
        firefox.command("Addon:Install", path=str(EXTENSION), temporary=True)
        firefox.command("WebDriver:Navigate", url=server.url)  # the demo
        assert firefox.run(SHOW_PANEL, in_browser=True) == "pyqueue"
        assert firefox.run(WATCHED) is True
