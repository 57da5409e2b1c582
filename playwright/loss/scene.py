"""Where a scenario plays: a browser with a profile on disk, its pages, and what they reported."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright

from browsers import launch_profile
from hosting import Host
from loss.outcome import Outcome, Tally, account

HERE = Path(__file__).parent
VISITOR = (HERE / "visitor.js").read_text()
STORED = (HERE / "stored.js").read_text()
BLANK = "/blank.html"

# The next visit: it says when it has merged what earlier ones left behind.
RECOVER = """async (database) => {
  const { start } = await import("/pyqueue/pyqueue.js");
  const pq = start({ runtime: "none", database });
  await pq.ready;
  const late = new Promise((_, reject) => setTimeout(reject, 20_000, new Error("not recovered")));
  await Promise.race([pq.recovered, late]);
  await pq.flush();
}"""


class Visit:
    """A page and its user."""

    def __init__(self, page: Page, tally: Tally, options: dict[str, Any]) -> None:
        self.page = page
        self.tally = tally
        self.options = {"runtime": "worker", "database": tally.database, **options}

    def start(self, ready: bool = True) -> None:
        self.page.evaluate(VISITOR, {"name": self.tally.name, "options": self.options})
        if ready:
            self.page.evaluate("visitor.ready")

    def offer(self, count: int) -> None:
        self.page.evaluate("(count) => visitor.offer(count)", count)

    def keep_offering(self, milliseconds: float, count: int = 10) -> None:
        """Returns while it goes on. The time is part of the scenario: when the end comes."""
        self.page.evaluate("(count) => visitor.keepOffering(count)", count)
        self.page.wait_for_timeout(milliseconds)

    def settle(self, seconds: float = 15) -> bool:
        """Whether all is durable before the time is over."""
        return self.page.evaluate("(ms) => visitor.settle(ms)", seconds * 1000)

    def begin(self, part: str) -> None:
        """What is offered from now on belongs to this row of the table."""
        self.tally.parts.append((self.tally.offered, part))

    def leave(self) -> None:
        self.page.goto(f"{BLANK}?elsewhere")

    def close(self) -> None:
        """As a user closes a tab: with all the events that a page gets."""
        if not self.page.is_closed():
            with self.page.expect_event("close"):
                self.page.close(run_before_unload=True)


class Scene:
    """Use it in a `with`; each visit has a database of its own unless it names one."""

    def __init__(self, playwright: Playwright, host: Host) -> None:
        self.host = host
        self.tallies: dict[str, Tally] = {}
        self._playwright = playwright
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._visits: list[Visit] = []
        self._count = 0
        self.context = self._launch()

    def __enter__(self) -> Scene:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.context.close()
        self._profile.cleanup()

    def _launch(self) -> BrowserContext:
        context = launch_profile(
            self._playwright,
            self._profile.name,
            base_url=self.host.url,
            ignore_default_args=["--disable-back-forward-cache"],  # users have it
        )
        context.expose_binding("report", lambda _, report: self._note(report))
        return context

    def relaunch(self) -> None:
        """The browser is gone; the same user starts it again."""
        self.context = self._launch()

    def _note(self, report: dict[str, Any]) -> None:
        self.tallies[report["name"]].note(report)

    def visit(self, database: str | None = None, **options: Any) -> Visit:
        """A page, loaded; its user has not started yet."""
        self._count += 1
        name = f"v{self._count}"
        self.tallies[name] = Tally(name, database or f"loss-{name}")
        page = self.context.new_page()
        page.goto(BLANK)
        self._visits.append(Visit(page, self.tallies[name], options))
        return self._visits[-1]

    def started(self, **options: Any) -> Visit:
        visit = self.visit(**options)
        visit.start()
        return visit

    def recover(self) -> None:
        """All pages are closed; the next visit to each of their databases finds what they left."""
        for visit in self._visits:
            visit.close()
        for database in {visit.tally.database: None for visit in self._visits}:
            page = self.context.new_page()
            page.goto(BLANK)
            page.evaluate(RECOVER, database)
            page.close()
        self._visits.clear()

    def account(self, row: str) -> dict[str, Outcome]:
        """What became of all traces since the last account, read when nobody can write any more."""
        page = self.context.new_page()
        page.goto(BLANK)
        outcomes: dict[str, Outcome] = {}
        for database in dict.fromkeys(tally.database for tally in self.tallies.values()):
            ids = page.evaluate(STORED, database)
            found = Counter(ids["stored"]) + Counter(set(ids["dead"]) - set(ids["stored"]))
            for part, run in self._run(database, found, row).items():
                outcomes[part] = outcomes.get(part, Outcome()).after(run)
        self.tallies.clear()
        page.close()
        return outcomes

    def _run(self, database: str, found: Counter[str], row: str) -> dict[str, Outcome]:
        """One run: of one visitor, or of several who shared a database."""
        parts: dict[str, Outcome] = {}
        for tally in self.tallies.values():
            if tally.database == database:
                for part, outcome in account(tally, found, row):
                    parts[part] = parts.get(part, Outcome()) + outcome
        return parts
