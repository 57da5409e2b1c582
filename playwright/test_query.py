"""Each condition of query() narrows what comes back, alone and together with others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import shared_page, start

# Named by letter; their times are their own, and not the order in which they are traced.
TRACE = """async () => {
  const trace = (letter, timestamp, name, priority, traceId) => {
    const options = { timestamp, priority, traceId, ...also[letter] };
    pyqueue.trace(name, { letter, ...more[letter] }, options);
  };
  const more = {
    a: { user: { plan: "Pro" }, n: 1, "http.status": 404 },
    b: { "user.plan": "Pro", n: "1", note: 'say "Grüße"' },
    c: { n: true, none: null },
  };
  const error = new TypeError("card refused");
  const also = { a: { status: "ok" }, d: { status: "error", error, id: "own" } };
  trace("a", 3000, "cart.add", "normal", "t1");
  trace("b", 1000, "cart.add", "normal", "t2");
  trace("c", 2000, "cart.drop", "low", "t1");
  trace("d", 4000, "pay", "critical");
  await pyqueue.flush();
}"""
QUERY = """async (conditions) => {
  const found = await pyqueue.query(conditions);
  return found.map((trace) => trace.attributes.letter).join("");
}"""


@pytest.fixture(scope="module", params=["worker", "none"])
def store(request: pytest.FixtureRequest, chromium: Browser, server: Host) -> Iterator[Page]:
    """Four traces from an earlier load of the page."""
    with shared_page(chromium, server.url) as page:
        start(page, runtime=request.param)
        page.evaluate(TRACE)
        page.reload()
        start(page, runtime=request.param)
        yield page


@pytest.mark.parametrize(
    ("conditions", "letters"),
    [
        ({"order": "asc"}, "bcad"),
        ({"order": "desc"}, "dacb"),
        ({"order": "desc", "limit": 2}, "da"),
        ({"limit": 0}, ""),
        ({"name": "cart.add", "order": "asc"}, "ba"),
        ({"name": "cart"}, ""),
        ({"priority": "low"}, "c"),
        ({"priority": "critical"}, "d"),
        ({"traceId": "t1", "order": "asc"}, "ca"),
        ({"traceId": "t1", "priority": "normal"}, "a"),
        ({"since": 2000, "order": "asc"}, "cad"),
        ({"until": 2000, "order": "asc"}, "bc"),
        ({"since": 1001, "until": 3000, "order": "asc"}, "ca"),
        ({"name": "cart.add", "since": 9000}, ""),
        ({"status": "ok"}, "a"),
        ({"status": "error"}, "d"),
        ({"ids": ["own", "nobody's"]}, "d"),
        ({"ids": []}, ""),
        ({"attributes": {"user.plan": "Pro"}, "order": "asc"}, "ba"),
        ({"attributes": {"n": 1}}, "a"),
        ({"attributes": {"n": "1"}}, "b"),
        ({"attributes": {"n": True, "none": None}}, "c"),
        ({"text": "CART", "order": "asc"}, "bca"),
        ({"text": "grÜ"}, "b"),
        ({"text": 'say "'}, "b"),
        ({"text": "404"}, "a"),
        ({"text": "refused"}, "d"),
        ({"text": "cart", "status": "ok", "priority": "normal"}, "a"),
    ],
    ids=str,
)
def test_conditions(store: Page, conditions: dict[str, Any], letters: str) -> None:
    assert store.evaluate(QUERY, conditions) == letters


def test_a_wrong_condition_is_told_and_not_passed_over(store: Page) -> None:
    wrong: list[dict[str, Any]] = [
        *({"order": "up"}, {"priority": "urgent"}, {"limit": -1}, {"naem": "pay"}),
        *({"text": 3}, {"status": []}, {"ids": "own"}, {"attributes": {"a": [1]}}),
    ]
    answers = store.evaluate(
        """(wrong) => Promise.all(wrong.map((conditions) =>
          pyqueue.query(conditions).then((found) => `found ${found.length}`, String)))""",
        wrong,
    )
    for conditions, answer in zip(wrong, answers, strict=True):
        assert str(*conditions) in answer, f"{conditions}: {answers}"
        assert not answer.startswith("found"), answers


def test_what_still_waits_is_found_too(store: Page) -> None:
    found = store.evaluate("""async () => {
      pyqueue.trace("waiting", { letter: "w" });
      return (await pyqueue.query({ name: "waiting" })).map((trace) => trace.attributes.letter);
    }""")
    assert found == ["w"]
