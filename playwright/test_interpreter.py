"""Chromium compiles Python's interpreter for speed once, and keeps what it compiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from browsers import ARGS, find_chromium
from hosting import Host
from inpage import start
from test_burst import BURST, COUNT

THROWN_AWAY = "type: Wasm"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where Chromium writes what compiled code it throws away."""
    return tmp_path / "deopts.txt"


@pytest.fixture
def own_chromium(driver: Playwright, log: Path) -> Iterator[Browser]:
    flags = f"--trace-deopt --redirect-code-traces --redirect-code-traces-to={log}"
    args = [*ARGS, f"--js-flags={flags}"]
    browser = driver.chromium.launch(executable_path=find_chromium(), args=args)
    yield browser
    browser.close()


@pytest.fixture
def tracing_page(own_chromium: Browser, server: Host) -> Iterator[Page]:
    context = own_chromium.new_context(base_url=server.url)
    yield context.new_page()
    context.close()


def test_no_burst_has_the_interpreter_thrown_away(tracing_page: Page, log: Path) -> None:
    start(tracing_page)
    for _ in range(10):
        tracing_page.evaluate(BURST, COUNT)
        tracing_page.evaluate("pyqueue.flush()")
    told = log.read_text(errors="replace")
    assert "bailout" in told, "Chromium did not tell of anything"
    assert told.count(THROWN_AWAY) <= 1  # as Pyodide comes, three to five times
