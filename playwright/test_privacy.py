"""What must not be stored never is, whatever page, worker, queue and database do with a trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from inpage import READ_STORE, start, stored

TABLE = Path(__file__).parent.parent / "tests/redaction_cases.json"
CASES = json.loads(TABLE.read_text(encoding="utf-8"))

TRACE_ALL = """(cases) => cases.map(({ trace: { name, attributes, ...options } }) =>
  pyqueue.trace(name, attributes, options))"""

PLANT = """async (kinds) => {
  const told = [];
  for (const kind of kinds) pyqueue.on(kind, (payload) => told.push([kind, payload]));
  const secret = "hunter2hunter2";
  const deep = { list: [{ password: { old: secret, new: [secret] } }], ["?pin=" + secret]: 1 };
  const values = [
    deep, { nan: NaN, cookie: secret }, { cvv: 123n, otp: secret },
    { get secret() { return secret; } },
    Object.create({ inherited: 1 }, { apiKey: { value: secret, enumerable: true } }),
    { toJSON: () => ({ token: secret }) },
    new Error(`Bearer ${secret}`), Symbol(`?secret=${secret}`),
    { url: new URL(`https://ada:${secret}@host.example/?token=${secret}`) },
  ];
  for (const priority of ["low", "normal", "high", "critical"]) {
    for (const value of values) {
      const status = `Basic x password=${secret}`;
      pyqueue.trace(`GET /?token=${secret}`, { value, beside: "kept" }, { priority, status });
      pyqueue.trace("failed", deep, { error: new TypeError(`at https://u:${secret}@h/`) });
      pyqueue.trace("failed", deep, { error: `password=${secret}` });
    }
  }
  pyqueue.trace("", { password: secret });
  const queued = await pyqueue.query();
  await pyqueue.flush();
  const answers = [
    pyqueue.query(), pyqueue.metrics(), pyqueue.health(), pyqueue.deadLetters().catch(String),
  ];
  const [stored, metrics, health, letters] = await Promise.all(answers);
  const storages = [{ ...localStorage }, { ...sessionStorage }];
  return { told, queued, stored, metrics, health, letters, storages };
}"""
KINDS = ["backpressure", "batch", "drop", "deadletter", "breaker", "memory", "mode", "error"]

RULES = """async (redact) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ runtime: "none", redact });
  pq.trace("Ada paid", { userNickname: "x", password: "y", note: "acc-17 and ACC-18", n: 3 });
  const error = await pq.ready.then(() => null, ({ name, message }) => ({ name, message }));
  await pq.flush();
  return { error, attributes: (await pq.query())[0].attributes };
}"""
PATTERN = "/acc-\\d+/i"
HIDDEN = "[redacted]"


def test_the_page_hides_what_the_table_says_that_python_shares(page: Page) -> None:
    start(page, runtime="none")
    ids = page.evaluate(TRACE_ALL, CASES)
    page.evaluate("pyqueue.flush()")
    found = {trace["id"]: trace for trace in stored(page)}
    for case, id in zip(CASES, ids, strict=True):
        trace = found[id]
        assert {field: trace[field] for field in case["stored"]} == case["stored"], case["what"]


@pytest.mark.parametrize("runtime", ["none", "worker"])
def test_a_planted_secret_is_in_no_row_event_answer_storage_or_console(
    page: Page, runtime: str
) -> None:
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    start(page, runtime=runtime)
    seen: dict[str, Any] = page.evaluate(PLANT, KINDS)
    seen["console"] = console
    for store in ("segments", "ledger", "dead_letters", "meta"):
        seen[f"rows of {store}"] = page.evaluate(READ_STORE, ["pyqueue", store])

    assert [where for where, what in seen.items() if "hunter2" in str(what)] == []
    assert len(seen["stored"]) == 4 * 9 * 3
    assert sum(trace["attributes"].get("beside") == "kept" for trace in seen["stored"]) == 4 * 9
    assert HIDDEN in str(seen["rows of segments"])


@pytest.mark.parametrize(
    ("redact", "expected"),
    [
        ("undefined", {"password": HIDDEN}),
        ("false", {}),
        ('{keys: ["nickname"]}', {"password": HIDDEN, "userNickname": HIDDEN}),
        (
            f'{{keys: ["nick_name"], patterns: [{PATTERN}], defaults: false}}',
            {"userNickname": HIDDEN, "note": f"{HIDDEN} and {HIDDEN}"},
        ),
        ('{patterns: ["ACC-\\\\d+"]}', {"password": HIDDEN, "note": f"acc-17 and {HIDDEN}"}),
    ],
)
def test_a_page_adds_rules_puts_its_own_in_their_place_or_wants_none(
    page: Page, redact: str, expected: dict[str, str]
) -> None:
    page.goto("/blank.html")
    visit = page.evaluate(f"({RULES})({redact})")
    assert visit["error"] is None
    given = {"userNickname": "x", "password": "y", "note": "acc-17 and ACC-18", "n": 3}
    assert visit["attributes"] == given | expected


@pytest.mark.parametrize(
    "redact",
    [
        "null", '"none"', '{key: ["a"]}', '{keys: "a"}', "{keys: [5]}", '{patterns: ["("]}',
        "{patterns: [/x*/]}",
    ],
)  # fmt: skip
def test_wrong_rules_are_told_and_ours_hold_meanwhile(page: Page, redact: str) -> None:
    page.goto("/blank.html")
    visit = page.evaluate(f"({RULES})({redact})")
    assert visit["error"]["name"] == "ConfigError"
    assert "redact must be" in visit["error"]["message"]
    assert visit["attributes"]["password"] == HIDDEN


@pytest.mark.parametrize("runtime", ["page", "worker"])
def test_what_is_traced_right_after_consent_is_given_again_is_stored(
    page: Page, runtime: str
) -> None:
    start(page, runtime=runtime)
    ids = page.evaluate("""async () => {
      const ids = [];
      for (const priority of ["critical", "low", "critical", "low"]) {
        pyqueue.setConsent(false);
        await pyqueue.metrics();
        pyqueue.setConsent(true);
        ids.push(pyqueue.trace("given", {}, { priority }));
        await pyqueue.flush();
      }
      return ids;
    }""")
    assert sorted(trace["id"] for trace in stored(page)) == sorted(ids)
