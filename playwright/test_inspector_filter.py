"""The filter means what is typed: times are the reader's, a slip is told, quotes make text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hosting import Host
from inspecting import filter_by, rows

ZONE = "America/Los_Angeles"
NAMES = ["at -5 degrees", "at 5 degrees", "constructor:foo", "a", "abcd", "a" * 200]
FOUND = {
    '"-5 degrees"': 1,
    '-"5 degrees"': len(NAMES) - 2,
    "constructor:foo": 1,
    "__proto__:foo": 0,
    "name:a*a": 1,
    "name:*b*d": 1,
    "name:a.*": 0,
    f"name:{'*a' * 40}*b": 0,  # as a pattern it would be searched for ever
    "since:2026-11-22": len(NAMES),
    "since:2026-11-22T00:01": 0,
    "until:2026-11-22T08:00Z": len(NAMES),
}
SLIPS = ["5", "25:99", "10:60", "foo-3", "yesterday", "1w", "2026-13-01"]


@pytest.fixture
def context(
    chromium: Browser, server: Host, watch: Callable[[BrowserContext], None]
) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server.url, timezone_id=ZONE)
    watch(context)
    yield context
    context.close()


def test_a_filter_is_read_as_it_is_meant(page: Page, tmp_path: Path) -> None:
    midnight = datetime(2026, 11, 22, tzinfo=ZoneInfo(ZONE)).timestamp() * 1_000
    lines = [json.dumps({"name": name, "timestamp": midnight}) for name in NAMES]
    (tmp_path / "names.ndjson").write_text("\n".join(lines))
    page.goto("/pyqueue/inspector/index.html")
    page.locator("input[type=file]").set_input_files(tmp_path / "names.ndjson")
    expect(rows(page)).to_have_count(len(NAMES))
    for text, count in FOUND.items():
        filter_by(page, text)
        expect(rows(page), text).to_have_count(count)
    for slip in SLIPS:
        filter_by(page, f"since:{slip}")
        expect(page.locator(".errors")).to_contain_text("since: must be a time")
        expect(page.locator(".errors")).to_contain_text(f'not "{slip}"')
