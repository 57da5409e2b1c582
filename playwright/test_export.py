"""What is stored and what waits, as a file of any format: downloaded, picked or handed over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hosting import Host
from inpage import shared_page, start
from pyqueue.formats import FORMATS, read_traces

COUNT = 1_200

TRACE = """async (count) => {
  for (let n = 0; n < count; n++) {
    const options = { id: `t${n}`, timestamp: 1000 + n, duration: n };
    pyqueue.trace(n % 3 ? "step" : "Grüße 日本", { n, cell: "=1+1" }, options);
  }
  const error = new TypeError("refused");
  pyqueue.trace("pay", { lone: "\\ud800" }, { error, timestamp: 1, id: "last" });
  await pyqueue.flush();
  pyqueue.trace("waiting", {}, { id: "waiting", timestamp: 9999 });
}"""
EXPORT = """async (options) => {
  const { blob, ...rest } = await pyqueue.export({ to: "blob", ...options });
  return { ...rest, text: await blob.text(), size: blob.size, blobType: blob.type };
}"""
REJECTED = "(options) => pyqueue.export({ to: 'blob', ...options }).catch((error) => String(error))"


@pytest.fixture(scope="module", params=["worker", "none"])
def store(request: pytest.FixtureRequest, chromium: Browser, server: Host) -> Iterator[Page]:
    """More traces than a page of a stream holds, and one that waits."""
    with shared_page(chromium, server.url) as page:
        page.set_default_timeout(60_000)
        start(page, runtime=request.param)
        page.evaluate(TRACE, COUNT)
        yield page


@pytest.fixture(scope="module")
def python(chromium: Browser, server: Host) -> Iterator[Page]:
    with shared_page(chromium, server.url) as page:
        start(page, runtime="worker")
        page.evaluate(TRACE, COUNT)
        yield page


def exported(page: Page, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(EXPORT, options)
    assert answer["bytes"] == answer["size"] == len(answer["text"].encode())
    return answer


@pytest.mark.parametrize("format", ["ndjson", "json"])
def test_the_file_holds_what_a_query_finds_with_python_and_without(
    store: Page, format: str
) -> None:
    answer = exported(store, format=format)
    found = store.evaluate("pyqueue.query()")
    for trace in found:
        if trace["id"] == "last":
            trace["attributes"]["lone"] = "\ufffd"
    assert len(found) == answer["traces"] == COUNT + 2
    assert list(read_traces([answer["text"]])) == found
    assert answer["type"] == answer["blobType"] == FORMATS[format].media_type
    assert answer["name"].startswith("pyqueue-2")
    assert answer["name"].endswith(f".{FORMATS[format].extension}")


@pytest.mark.parametrize("format", FORMATS)
def test_python_in_the_worker_writes_every_format(python: Page, format: str) -> None:
    answer = exported(python, format=format, conditions={"ids": ["t1", "t2", "last"]})
    assert answer["traces"] == 3
    assert "refused" in answer["text"]
    if format == "chrome":  # asked for in the order of time
        events = json.loads(answer["text"])["traceEvents"]
        assert [e["args"]["id"] for e in events if e["ph"] == "X"] == ["last", "t1", "t2"]
    if FORMATS[format].read:
        assert {one["id"] for one in read_traces([answer["text"]])} == {"t1", "t2", "last"}


def test_an_option_of_the_format_is_python_s(python: Page) -> None:
    text = exported(python, format="json", options={"verbosity": "minimal"}, ids=["t1"])["text"]
    assert list(json.loads(text)["traces"][0]) == [
        "id", "name", "priority", "timestamp", "duration"
    ]  # fmt: skip
    answer = python.evaluate(REJECTED, {"format": "json", "options": {"verbosity": "all"}})
    assert "one of minimal, standard, detailed, verbose, not 'all'" in answer


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"conditions": {"name": "step"}}, 800),
        ({"conditions": {"text": "grüße", "limit": 30}}, 30),
        ({"ids": ["t5", "waiting", "nobody's"]}, 2),
        ({"ids": ["t5", "t6"], "conditions": {"name": "step"}}, 1),
        ({"ids": []}, 0),
    ],
    ids=str,
)
def test_conditions_and_ids_choose_what_is_in_it(
    store: Page, asked: dict[str, Any], count: int
) -> None:
    answer = exported(store, **asked)
    assert answer["traces"] == len(list(read_traces([answer["text"]]))) == count


def test_a_download_is_the_file_and_has_its_name(store: Page, tmp_path: Path) -> None:
    with store.expect_download() as download:
        answer = store.evaluate("""() => {
          window.showSaveFilePicker = undefined; // as in Firefox
          return pyqueue.export({ format: "ndjson", name: "mine.ndjson" });
        }""")
    assert download.value.suggested_filename == answer["name"] == "mine.ndjson"
    download.value.save_as(tmp_path / "mine.ndjson")
    with (tmp_path / "mine.ndjson").open(encoding="utf-8") as lines:
        assert sum(1 for _ in read_traces(lines)) == COUNT + 2
    assert (tmp_path / "mine.ndjson").stat().st_size == answer["bytes"]


def test_after_a_click_the_user_picks_the_file(store: Page) -> None:
    """The picker is the browser's own; here it gives a file of the origin's private folder."""
    picked = store.evaluate("""async () => {
      const folder = await navigator.storage.getDirectory();
      const file = await folder.getFileHandle("picked.ndjson", { create: true });
      let asked;
      window.showSaveFilePicker = async (options) => ((asked = options), file);
      const value = { isActive: true };
      Object.defineProperty(navigator, "userActivation", { value, configurable: true });
      const answer = await pyqueue.export({ ids: ["t1"] });
      delete navigator.userActivation;
      const text = await (await file.getFile()).text();
      const accept = Object.values(asked.types[0].accept);
      return { answer, text, accept, name: asked.suggestedName };
    }""")
    assert picked["answer"]["name"] == "picked.ndjson"
    assert json.loads(picked["text"])["id"] == "t1"
    assert picked["accept"] == [[".ndjson"]]
    assert picked["name"].endswith(".ndjson")


def test_a_stream_of_one_s_own_gets_it_in_pieces_and_progress_is_told(store: Page) -> None:
    seen = store.evaluate("""async () => {
      const sizes = [];
      const told = [];
      let closed = 0;
      const write = (bytes) => void sizes.push(bytes.length);
      const to = new WritableStream({ write, close: () => void closed++ });
      const answer = await pyqueue.export({ to, onProgress: (progress) => told.push(progress) });
      return { sizes, told, answer, closed };
    }""")
    assert sum(seen["sizes"]) == seen["answer"]["bytes"]
    assert max(seen["sizes"]) < seen["answer"]["bytes"] / 2
    assert seen["closed"] == 1
    for key in ("done", "traces", "bytes"):
        figures = [progress[key] for progress in seen["told"]]
        assert figures == sorted(figures)
    last = seen["told"][-1]
    assert last["done"] == last["total"] > 0
    assert last["traces"] == COUNT + 2


def test_a_signal_ends_it_with_its_reason_and_the_file_is_given_up(store: Page) -> None:
    seen = store.evaluate("""async () => {
      const seen = [];
      const abort = new AbortController();
      const to = new WritableStream({ abort: (reason) => void seen.push(reason.message) });
      const onProgress = () => abort.abort(new Error("enough"));
      const { signal } = abort;
      await pyqueue.export({ to, signal, onProgress }).catch((error) => seen.push(error.message));
      return seen;
    }""")
    assert seen == ["enough", "enough"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"format": "xml"}, "format must be one of json,text,ndjson,csv,chrome,otlp"),
        ({"format": "toString"}, "format must be one of"),
        ({"to": "disk"}, "`to` must be a FileSystemFileHandle"),
        ({"conditions": {"naem": "pay"}}, "naem"),
        ({"conditions": {"limit": -1}}, "limit must be"),
        ({"ids": "t1"}, "ids must be a list of strings"),
    ],
    ids=str,
)
def test_a_mistake_is_told(store: Page, wrong: dict[str, Any], words: str) -> None:
    assert words in store.evaluate(REJECTED, wrong)


def test_without_python_it_says_which_formats_there_are(page: Page) -> None:
    start(page, runtime="none")
    for wrong in ({"format": "otlp"}, {"format": "json", "options": {"verbosity": "minimal"}}):
        answer = page.evaluate(REJECTED, wrong)
        assert (
            "needs Python, which is not to be had here; without it there are json,ndjson" in answer
        )


@pytest.mark.expects_console_errors("pyqueue.snapshot")
def test_python_without_its_snapshot_loads_the_formats_too(page: Page) -> None:
    page.context.route("**/pyqueue.snapshot", lambda route: route.abort())
    start(page, runtime="page")
    page.evaluate("pyqueue.trace('a')")
    assert exported(page, format="text")["traces"] == 1
