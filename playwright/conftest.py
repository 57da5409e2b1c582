"""Fixtures for tests in a real browser.

server      dist/ under the strict policy; `server.url`. One for the session.
serve       the same with something changed: serve(csp=…, blocked=[…], pages={…}, mounts={…}).
driver      Playwright itself, for browsers of your own. One for the session.
chromium    the browser. One for the session.
firefox     Firefox ESR, the same; where there is none, its tests are skipped.
context     a fresh profile, with `server.url` as its base.
page        a page in it.
watch       watch(context): console errors in a context of your own fail the test, too.

A console error or an uncaught exception fails the test at its end, unless it is marked
`@pytest.mark.expects_console_errors("regex")`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    sync_playwright,
)

from browsers import find_firefox, launch_chromium, launch_firefox
from hosting import Host

SCREENSHOTS = Path(__file__).parent.parent / "build/screenshots"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def server() -> Iterator[Host]:
    host = Host()
    yield host
    host.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Host]]:
    hosts: list[Host] = []

    def start(**options: object) -> Host:
        hosts.append(Host(**options))
        return hosts[-1]

    yield start
    for host in hosts:
        host.stop()


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    with launch_chromium(driver) as browser:
        yield browser


@pytest.fixture(scope="session")
def firefox(driver: Playwright) -> Iterator[Browser]:
    if not find_firefox():
        pytest.skip("there is no firefox-esr here; `make browser` installs it where apt-get can")
    with launch_firefox(driver) as browser:
        yield browser


@pytest.fixture
def watch(request: pytest.FixtureRequest) -> Iterator[Callable[[BrowserContext], None]]:
    seen: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        url = message.location["url"]
        # A page without an icon is no error; asking for one is the browser's own idea.
        if message.type == "error" and not url.endswith("/favicon.ico"):
            seen.append(f"{message.text} ({url})")

    def attach(context: BrowserContext) -> None:
        context.on("console", on_console)
        context.on("weberror", lambda error: seen.append(str(error.error)))

    yield attach
    markers = request.node.iter_markers("expects_console_errors")
    expected = [regex for marker in markers for regex in marker.args]
    unexpected = [one for one in seen if not any(re.search(regex, one) for regex in expected)]
    assert not unexpected, "errors in the browser:\n" + "\n".join(unexpected)


@pytest.fixture
def context(
    chromium: Browser,
    server: Host,
    watch: Callable[[BrowserContext], None],
    request: pytest.FixtureRequest,
) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server.url)
    watch(context)
    yield context
    if request.node.stash.get(FAILED, False):
        shoot(context, request.node.name)
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def shoot(context: BrowserContext, test: str) -> None:
    """Pictures of a failed test's pages, into build/screenshots/."""
    name = re.sub(r"[^\w.-]+", "-", test)
    for number, page in enumerate(context.pages):
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png")
