"""In Firefox, too, what a page traces is stored and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hosting import Host
from inpage import assert_law, start, stored
from pyqueue.formats import read_traces
from pyqueue.testing.browser import block_python

JOB = """async () => {
  for (const priority of ["low", "normal", "high", "critical"]) {
    pyqueue.trace("job", { priority }, { priority });
  }
  await pyqueue.flush();
  return await pyqueue.metrics();
}"""
EXPORT = """async (format) => {
  const { blob } = await pyqueue.export({ format, to: "blob" });
  return await blob.text();
}"""
READ = "pyqueue.query({ name: 'job' })"


@pytest.fixture
def context(
    firefox: Browser, server: Host, watch: Callable[[BrowserContext], None]
) -> Iterator[BrowserContext]:
    context = firefox.new_context(base_url=server.url)
    watch(context)
    yield context
    context.close()


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_traces_outlive_a_reload_and_a_closed_tab(
    context: BrowserContext, page: Page, runtime: str
) -> None:
    assert start(page, runtime=runtime)["runtime"] == runtime
    metrics = page.evaluate(JOB)
    assert_law(metrics)
    assert metrics["written"] == 4
    read = page.evaluate(READ)
    assert len(read) == 4
    assert stored(page) == read

    start(page, runtime="none")
    assert page.evaluate(READ) == read
    page.close()

    page = context.new_page()
    start(page, runtime=runtime)
    assert page.evaluate(READ) == read


@pytest.mark.parametrize("runtime", ["worker", "none"])
def test_what_is_stored_is_exported_and_reads_back(page: Page, runtime: str) -> None:
    start(page, runtime=runtime)
    page.evaluate(JOB)
    for format in ("ndjson", "json", "otlp") if runtime == "worker" else ("ndjson", "json"):
        text = page.evaluate(EXPORT, format)
        assert list(read_traces([text])) == page.evaluate("pyqueue.query()")


@pytest.mark.expects_console_errors("404", "NetworkError|WebAssembly")
@pytest.mark.parametrize("how", ["missing", "policy"])
def test_without_python_the_page_traces_all_the_same(page: Page, how: str) -> None:
    block_python(page, how)
    ready = start(page)
    assert ready["runtime"] == "none"
    assert ready["error"]
    assert page.evaluate(JOB)["written"] == 4
    assert len(stored(page)) == 4
