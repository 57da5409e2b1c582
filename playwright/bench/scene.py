"""Where everything is measured: one browser with a profile on disk, a page at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, Route

from bench.heaps import Heaps
from browsers import launch_profile
from hosting import BLANK as HTML
from hosting import Host

BLANK = "/blank.html"
CALL = """async ([script, name, given]) =>
  (await import(`/bench/page/${script}.js`))[name](...given)"""
FORGET = """(name) => new Promise((resolve) => {
  const request = indexedDB.deleteDatabase(name);
  request.onsuccess = request.onerror = resolve;
})"""


ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}


@dataclass(frozen=True)
class Cost:
    """CPU time in µs; that of the renderer has steps of 10 ms."""

    main: float
    """Of the page's main thread."""
    renderer: float
    """Of its whole process: workers, the JIT and the garbage collector included."""


class Stage:
    """A page with a database of its own."""

    def __init__(self, page: Page, cdp: CDPSession, database: str) -> None:
        self.page = page
        self.database = database
        self._cdp = cdp
        cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    def call(self, script: str, name: str, *given: Any) -> Any:
        """What an exported function of a script in page/ answers."""
        return self.page.evaluate(CALL, [script, name, given])

    def cost(self, script: str, name: str, *given: Any) -> tuple[Any, Cost]:
        """The answer, and the CPU that it took."""
        self.page.evaluate("(script) => import(`/bench/page/${script}.js`).then(() => 0)", script)
        self.collect_garbage()
        before = self.metrics()
        answer = self.call(script, name, *given)
        after = self.metrics()
        main, renderer = (1e6 * (after[key] - before[key]) for key in ("ThreadTime", "ProcessTime"))
        return answer, Cost(main, renderer)

    def metrics(self) -> dict[str, float]:
        """Chromium's figures of this renderer; times in s of CPU."""
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}

    def heaps(self) -> Heaps:
        return Heaps(self.page, self._cdp)

    def collect_garbage(self) -> None:
        """Of the page; a worker's is its own."""
        self._cdp.send("HeapProfiler.collectGarbage")


class Scene:
    """Use it in a `with`. `quick` is fewer rounds and shorter ones."""

    def __init__(self, playwright: Playwright, scripts: Path, quick: bool, rounds: int) -> None:
        self.quick = quick
        self.rounds = rounds
        self._playwright = playwright
        self.scripts = scripts
        self._stack = ExitStack()
        self._count = 0

    def __enter__(self) -> Scene:
        self.host = Host(mounts={"/bench": self.scripts})
        self._stack.callback(self.host.stop)
        self.folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        )
        self.context = self._launch()
        self._stack.callback(lambda: self.context.close())  # the one that is there then
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _launch(self) -> BrowserContext:
        return launch_profile(self._playwright, self.folder)

    def relaunch(self) -> None:
        """Closes the browser, so that all is on disk, and starts it with the same profile."""
        self.context.close()
        self.context = self._launch()

    def another(self) -> Scene:
        """One with a profile of its own."""
        return Scene(self._playwright, self.scripts, self.quick, self.rounds)

    @contextmanager
    def stage(
        self, database: str | None = None, site: str = "bench", isolated: bool = False
    ) -> Iterator[Stage]:
        """A page; its database goes with it, unless it was named. Sites share no database files:
        what one writer leaves to be cleaned up does not slow down another. One that is isolated
        from other origins has a clock of 5 µs, others have one of 100."""
        self._count += 1
        mine = database or f"bench-{self._count}"
        address = self.host.url.replace("127.0.0.1", f"{site}.localhost") + BLANK
        page = self.context.new_page()
        if isolated:
            page.route(address, _isolate)
        try:
            page.goto(address)
            yield Stage(page, self.context.new_cdp_session(page), mine)
            if not database:
                page.goto(f"{address}?left")
                page.evaluate(FORGET, mine)
        finally:
            page.close()


def _isolate(route: Route) -> None:
    route.fulfill(body=HTML, content_type="text/html", headers=ISOLATION)
