"""The real DevTools, with our extension's panel, in a headless Chromium of its own.

Its frontend is a page like others, but only a second connection sees it, and only once Chromium
lists it as a page.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from playwright.sync_api import Browser, FrameLocator, Page, Playwright

from browsers import ARGS, find_chromium
from serve import DIST

EXTENSION = DIST.parent / "dist/pyqueue-extension"
ATTEMPTS = 4
SIZE = {"width": 1400, "height": 1100}

# As a click on the panel's tab, which may be hidden in a menu that is no part of the page. An
# extension adds its own when it has run; false where it does not, as on a busy machine it may not.
SHOW_PANEL = """async (id) => {
  const { InspectorView, DockController } = await import("./ui/legacy/legacy.js");
  DockController.DockController.instance().setDockSide("undocked");
  const view = InspectorView.InspectorView.instance();
  for (let tries = 0; !view.hasPanel(id); tries += 1) {
    if (tries > 400) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await view.showPanel(id);
  return true;
}"""


class DevTools:
    def __init__(self, driver: Playwright, browser: Browser, port: int) -> None:
        self.browser = browser
        self._driver = driver
        self._address = f"http://127.0.0.1:{port}"
        self._cdp = browser.new_browser_cdp_session()
        options = {"path": str(EXTENSION), "enableInIncognito": True}
        self._extension = self._cdp.send("Extensions.loadUnpacked", options)["id"]

    def open(self, page: Page) -> Page:
        """DevTools for this page: its frontend."""
        session = page.context.new_cdp_session(page)
        target = session.send("Target.getTargetInfo")["targetInfo"]["targetId"]
        self._cdp.send("Target.openDevTools", {"targetId": target})
        while not self._has_frontend():
            page.wait_for_timeout(50)
        connection = self._driver.chromium.connect_over_cdp(self._address)
        pages = [page for context in connection.contexts for page in context.pages]
        frontend = next(page for page in pages if page.url.startswith("devtools://"))
        frontend.set_viewport_size(SIZE)
        return frontend

    def panel(self, frontend: Page) -> FrameLocator:
        """Our panel, shown."""
        origin = f"chrome-extension://{self._extension}"
        for _ in range(ATTEMPTS):
            frontend.locator(f"iframe[src^='{origin}/devtools.html']").wait_for(state="attached")
            if self.show(frontend, f"{origin}pyqueue"):
                break
            frontend.reload()
        frontend.set_viewport_size({**SIZE, "height": SIZE["height"] - 1})  # it follows a change
        return frontend.frame_locator(f"iframe[src^='{origin}/panel.html']")

    def show(self, frontend: Page, panel: str) -> bool:
        """Whether there is such a panel."""
        return bool(frontend.evaluate(SHOW_PANEL, panel))

    def _has_frontend(self) -> bool:
        with urlopen(f"{self._address}/json/list") as answer:
            targets = json.load(answer)
        return any(t["type"] == "page" and t["url"].startswith("devtools://") for t in targets)


@contextmanager
def launch_devtools(driver: Playwright) -> Iterator[DevTools]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--enable-unsafe-extension-debugging", f"--remote-debugging-port={port}"]
    browser = driver.chromium.launch(
        executable_path=find_chromium(),
        ignore_default_args=["--disable-extensions"],
        args=[*ARGS, *options],
    )
    yield DevTools(driver, browser, port)
    browser.close()
