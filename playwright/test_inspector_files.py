"""Exported files are read in a page of its own, offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from inspecting import pane, rows
from pyqueue.formats import written

TRACE = {
    "id": "a1", "name": "checkout.submit", "priority": "high", "timestamp": 1_700_000_000_000.5,
    "duration": 12, "attributes": {"cart": {"items": 3}}, "traceId": "t1", "spanId": "s1",
}  # fmt: skip
SECOND = {**TRACE, "id": "a2", "name": "pay", "priority": 3, "spanId": "s2", "parentId": "s1"}
SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174", "name": "theirs",
    "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000250000000",
    "attributes": [{"key": "n", "value": {"intValue": "7"}}], "status": {"code": 2},
    "events": [{"name": "exception", "attributes": [
        {"key": "exception.message", "value": {"stringValue": "no connection"}}]}],
}  # fmt: skip
REQUEST = {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}

NDJSON = f"{json.dumps(TRACE)}\n{json.dumps(SECOND)}\n"


def open_file(page: Page, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    page.goto("/pyqueue/inspector/index.html")
    page.locator("input[type=file]").set_input_files(folder / name)


def test_what_was_exported_is_listed_filtered_and_shown_whole(page: Page, tmp_path: Path) -> None:
    open_file(page, tmp_path, "two.ndjson", NDJSON)
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("tab")).to_have_count(1)
    page.get_by_role("searchbox").fill("attr.cart.items=3 priority:critical")
    expect(rows(page)).to_have_count(1)
    rows(page).first.click()
    expect(pane(page)).to_contain_text("items")
    pane(page).get_by_role("button", name="Waterfall").click()
    spans = pane(page).get_by_role("list", name="Spans").get_by_role("button")
    expect(spans).to_have_count(2)


def test_json_documents_are_read_too(page: Page, tmp_path: Path) -> None:
    open_file(page, tmp_path, "list.json", json.dumps([TRACE, SECOND], indent=2))
    expect(rows(page)).to_have_count(2)
    open_file(page, tmp_path, "export.json", json.dumps({"traces": [TRACE]}, indent=1))
    expect(rows(page)).to_have_count(1)


@pytest.mark.parametrize("name", ["ndjson", "json", "otlp"])
def test_what_python_writes_is_read(page: Page, tmp_path: Path, name: str) -> None:
    hostile = {"evil": "a\u202e<b>\u2028", "deep": {"list": [1, None, {"x": True}]}}
    traces = [TRACE | {"attributes": hostile, "error": {"type": "E", "message": "no"}}, SECOND]
    open_file(page, tmp_path, f"all.{name}", "".join(written(traces, name)))
    expect(rows(page)).to_have_count(2)
    rows(page).first.click()
    for text in ("12 ms", "a[RLO]<b>[U+2028]", "deep", "no", "t1", "s1"):
        expect(pane(page)).to_contain_text(text)


def test_spans_of_others_are_traces(page: Page, tmp_path: Path) -> None:
    open_file(page, tmp_path, "spans.jsonl", json.dumps(REQUEST))
    rows(page).first.click()
    for text in ("theirs", "250 ms", "no connection", "5b8efff798038103d269b633813fc60c"):
        expect(pane(page)).to_contain_text(text)


def test_what_others_wrote_keeps_its_service_and_its_reason(page: Page, tmp_path: Path) -> None:
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    failed = {**SPAN, "events": [], "status": {"code": 2, "message": "it failed"}}
    scopes = [{"spans": [failed]}, {"spans": None}]
    request = {"resourceSpans": [{"resource": service, "scopeSpans": scopes}]}
    open_file(page, tmp_path, "list.json", json.dumps([request]))
    expect(rows(page)).to_have_count(1)
    rows(page).first.click()
    for text in ("theirs", "service.name", "shop", "it failed"):
        expect(pane(page)).to_contain_text(text)


def test_two_traces_differ_in_the_kind_of_a_value_and_at_the_end_of_a_text(
    page: Page, tmp_path: Path
) -> None:
    long = "x" * 500
    left = {**TRACE, "attributes": {"code": 3, "no": None, "text": long + "A", "is": "same"}}
    right = {**TRACE, "attributes": {"code": "3", "no": "null", "text": long + "B", "is": "same"}}
    lines = f"{json.dumps(left)}\n{json.dumps({**right, 'id': 'a2'})}\n"
    open_file(page, tmp_path, "two.ndjson", lines)
    rows(page).nth(0).click()
    pane(page).get_by_role("button", name="Pin").click()
    rows(page).nth(1).click()
    pane(page).get_by_role("button", name="Compare").click()
    different = pane(page).locator(".compare tbody tr")
    expect(different).to_have_count(4)  # the ids, too
    expect(different.filter(has_text="code")).to_contain_text('3"3"')
    expect(different.filter(has_text="text")).to_contain_text("xA…")


def test_all_of_a_long_file_is_there_and_a_wide_trace_says_what_is_not(page: Page) -> None:
    page.goto("/pyqueue/inspector/index.html")
    page.evaluate(
        """() => {
          const carried = new DataTransfer();
          const span = (n) => JSON.stringify({ name: `n${n}`, timestamp: n, traceId: "T" });
          const line = (_, n) => (n < 1_200 ? span(n) : '{"name": "n"}');
          const lines = Array.from({ length: 120_000 }, line);
          carried.items.add(new File([lines.join("\\n")], "long.ndjson"));
          document.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true }));
        }"""
    )
    expect(page.locator(".shown-count")).to_have_text("120,000 traces", timeout=20_000)
    page.get_by_role("searchbox").fill("name:n1100")
    expect(rows(page)).to_have_count(1)
    rows(page).first.click()
    pane(page).get_by_role("button", name="Waterfall").click()
    expect(pane(page)).to_contain_text("at least 1,001 spans")
    expect(pane(page).locator("[aria-current=true]")).to_contain_text("n1100")


def test_a_file_that_is_dropped_is_opened(page: Page) -> None:
    page.goto("/pyqueue/inspector/index.html")
    page.evaluate(
        """(text) => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], "dropped.ndjson"));
          document.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true }));
        }""",
        NDJSON,
    )
    expect(rows(page)).to_have_count(2)
    expect(page.locator(".about")).to_contain_text("dropped.ndjson")


def test_what_can_not_be_read_is_told_with_its_line(page: Page, tmp_path: Path) -> None:
    open_file(page, tmp_path, "broken.ndjson", f"{json.dumps(TRACE)}\n{{not json\n")
    expect(page.get_by_role("status")).to_contain_text("broken.ndjson: line 2")
    expect(page.get_by_role("button", name="Open files …")).to_be_visible()

    (tmp_path / "empty.ndjson").write_text("")
    page.locator("input[type=file]").set_input_files(tmp_path / "empty.ndjson")
    expect(page.locator("#panel-traces")).to_contain_text("There are no traces in it.")
    page.locator("input[type=file]").set_input_files(tmp_path / "broken.ndjson")
    expect(page.get_by_text("broken.ndjson: line 2")).to_be_visible()
    expect(page.locator(".about")).to_contain_text("empty.ndjson")  # which stays open
