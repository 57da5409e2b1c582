"""Whatever a trace says, the inspector shows it as text, in its place, and goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hosting import Host
from inspecting import filter_by, inspect, open_first, pane, rows, show
from pyqueue.formats import read_traces

MARKUP = '<img src=x onerror="window.ran = 1"><script>window.ran = 2</script><b>bold</b>'
TURNED = "pay\u202egpj.exe"
CONTROLS = "bell\x07 escape\x1b[31m null\x00 line\nbreak tab\t \x85 \ufeff"
STACKED = "Z" + "\u0335\u0353\u0301\u0300" * 200
TAGS = "tag\U000e0041\U000e0042"
DEEP = """() => {
  let deep = "the ground";
  for (let n = 0; n < 500; n += 1) deep = { down: deep };
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`key ${n}`, n]));
  return [{ name: "deep", attributes: { deep, wide } }];
}"""
LONG = "long " * 200_000 + "end of it"


@pytest.fixture
def page(page: Page, serve: Callable[..., Host]) -> Page:
    """Of a host without any policy: nothing but the inspector itself keeps content from running."""
    page.goto(serve(csp="").url + "/blank.html")
    page.evaluate("window.ran = 0")
    return page


def inspect_here(page: Page, *traces: dict[str, Any], view: str = "traces") -> None:
    origin = page.evaluate("location.origin")
    inspect(page, view, base=origin, minutes=0.2, traces=list(traces))


def inspect_made(page: Page, make: str) -> None:
    """Traces that only the page itself can make; `make` is an expression."""
    inspect_here(page)
    page.evaluate(
        f"""async () => {{
          const {{ SampleSource }} = await import("/pyqueue/inspector/sample.js");
          const options = {{ live: false, minutes: 0, traces: ({make})() }};
          document.querySelector("pyqueue-inspector").source = new SampleSource(options);
        }}"""
    )


def assert_harmless(page: Page) -> None:
    assert not page.evaluate("window.ran")
    inside = "document.querySelector('pyqueue-inspector').shadowRoot"
    found = f"{inside}.querySelectorAll('img, script, b, iframe, a[href]').length"
    assert page.evaluate(found) == 0


def test_markup_stays_text_everywhere(page: Page) -> None:
    error = {"type": MARKUP, "message": MARKUP, "stack": MARKUP}
    both = {"traceId": MARKUP, "spanId": MARKUP, "status": MARKUP}
    trace = {"name": MARKUP, "attributes": {MARKUP: MARKUP, "deep": {MARKUP: [MARKUP]}}, **both}
    inspect_here(page, trace | {"id": "evil", "error": error, "priority": "critical"})
    filter_by(page, "id:evil")
    expect(rows(page).first).to_contain_text(MARKUP)
    page.get_by_role("grid", name="Traces").press("Home")
    page.keyboard.press("Enter")
    expect(pane(page).get_by_role("heading", name="Attributes")).to_be_visible()
    expect(pane(page)).to_contain_text(MARKUP)
    pane(page).get_by_role("button", name="Waterfall").click()
    expect(pane(page).get_by_role("list", name="Spans")).to_contain_text("<img")
    for view in ("overview", "stored", "letters", "sessions"):
        show(page, view)
    assert_harmless(page)


def test_what_can_not_be_seen_is_made_visible(page: Page) -> None:
    values = {"turned": TURNED, "controls": CONTROLS, "tags": TAGS}
    inspect_here(page, {"id": "evil", "name": TURNED, "attributes": values})
    filter_by(page, "id:evil")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("pay[RLO]gpj.exe")
    rows(page).first.click()
    details = pane(page)
    for text in ("pay[RLO]gpj.exe", "bell␇ escape␛[31m null␀", "[U+0085] [BOM]", "tag[U+E0041]"):
        expect(details).to_contain_text(text)


def test_half_a_character_is_shown_as_such(page: Page) -> None:
    inspect_made(page, r"""() => [{ name: "half", attributes: { text: "a\ud800b" + "\udc00" } }]""")
    expect(open_first(page, "half")).to_contain_text("a[U+D800]b[U+DC00]")


def test_what_is_pasted_elsewhere_does_no_harm_there(page: Page) -> None:
    inspect_here(page, {"name": "copied", "attributes": {"text": TURNED + CONTROLS + TAGS}})
    page.evaluate("() => (navigator.clipboard.writeText = async (text) => (window.copied = text))")
    details = open_first(page, "copied")
    for kind, read in {"JSON": json.loads, "Python dict": lambda text: eval(text, {})}.items():
        details.get_by_role("button", name=kind, exact=True).click()
        expect(details).to_contain_text(f"Copied as {kind}")
        text = page.evaluate("copied")
        assert all(" " <= char <= "~" or char == "\n" for char in text)
        assert read(text)["attributes"]["text"] == TURNED + CONTROLS + TAGS


def test_what_is_copied_as_otlp_is_the_same_trace_again(page: Page) -> None:
    error = {"type": "E", "message": TURNED, "code": 7}
    attributes = {"text": TURNED, "deep": {"list": [1, 2.5, True, {"x": "y"}]}, "pyqueue.x": 1}
    trace = {"id": "one", "name": "copied", "priority": "critical", "timestamp": 1700000000000.5}
    trace |= {"duration": 3, "attributes": attributes, "error": error, "traceId": "visit 7"}
    inspect_here(page, trace)
    page.evaluate("() => (navigator.clipboard.writeText = async (text) => (window.copied = text))")
    details = open_first(page, "copied")
    details.get_by_role("button", name="OTLP").click()
    expect(details).to_contain_text("Copied as OTLP")
    (read,) = read_traces([page.evaluate("copied")], "otlp")
    assert {key: read.get(key) for key in trace} == trace


def test_letters_stay_within_their_row(page: Page) -> None:
    inspect_here(page, {"name": STACKED}, {"name": "plain"})
    search = page.get_by_role("searchbox", name="Filter traces")
    search.fill("-ui -http -route -search -web -user -render -checkout -validate -payment")
    expect(rows(page)).to_have_count(2)
    for row in rows(page).all():
        box = row.bounding_box()
        assert box
        assert box["height"] == 24
        assert row.evaluate("(row) => getComputedStyle(row).contain") == "strict"


def test_a_megabyte_is_cut_and_can_be_seen_step_by_step(page: Page) -> None:
    inspect_here(page, {"name": "long", "attributes": {"text": LONG}})
    details = open_first(page, "long")
    value = details.locator(".value .string")
    assert len(value.inner_text()) < 400
    more = details.get_by_role("button", name="Show 64.0 KiB more")
    expect(more).to_contain_text("of 976.3 KiB")
    details.locator(".value button").click()
    assert 60_000 < len(value.inner_text()) < 70_000
    for _ in range(15):
        details.locator(".value button").click()
    expect(details.locator(".value button")).to_have_count(0)
    assert value.inner_text().endswith("end of it")


def test_depth_is_opened_step_by_step(page: Page) -> None:
    inspect_made(page, DEEP)
    details = open_first(page, "deep")
    details.locator("summary", has_text="deep").click()
    details.locator("summary", has_text="down").first.click()
    expect(details.locator("summary", has_text="down")).to_have_count(2)
    details.locator("summary", has_text="wide").click()
    expect(details.locator(".value.number")).to_have_count(100)
    details.get_by_role("button", name="4,900 more").click()
    expect(details.locator(".value.number")).to_have_count(200)
