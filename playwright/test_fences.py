"""Whoever was declared dead can't write again what others brought in for it, however late it wakes.

With the modules as they lie in web/, without a queue around them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from storage import layer, run

# Pages bear the time of their start: this one's was in 2025.
SETUP = """async () => {
  const { recover } = await import("/web/recovery.js");
  const { accounts } = await import("/web/reader.js");
  const DAY = 24 * 3_600_000;
  const pageOf = (time) => time.toString(36).padStart(9, "0") + "12345678";
  globalThis.late = (days) => patch(Date, "now", (was) => ({ value: () => was() + days * DAY }));
  const names = { old: pageOf(1_750_000_000_000), young: pageOf(Date.now()), self: "0".repeat(17) };
  Object.assign(globalThis, { recover, accounts, ...names });
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    with layer("javascript", chromium) as page:
        page.evaluate(SETUP)
        yield page


def test_a_page_that_was_closed_can_write_under_no_name_that_it_had_or_may_take(page: Page) -> None:
    found, fenced, alive, told, read = run(
        page,
        """async (name) => {
          const ours = store(name);
          await ours.write(`${old}-0`, 1, ["a"]);
          await ours.write(`${old}-1`, 1, ["b"]);
          const found = await recover(name, self);
          const fenced = [];
          for (const n of [0, 1, 2, 3]) fenced.push(await ours.write(`${old}-${n}`, 2, ["late"]));
          const alive = await ours.write(`${young}-0`, 1, ["c"]);
          return [found, fenced, alive, await accounts(name), await ours.read()];
        }""",
    )
    assert found["sessions"] == 1
    assert [error.split(":")[0] for error in fenced] == ["StoreFenced"] * 4
    assert alive == "written"
    assert [bool(account.get("closed")) for account in told] == [True, True, False]
    assert read == ["a", "b", "c"]


def test_a_fence_outlives_its_page_by_a_week_also_that_of_an_old_page(page: Page) -> None:
    before, kept, after, left = run(
        page,
        """async (name) => {
          const ours = store(name);
          const end = async (page) => {
            await ours.write(`${page}-0`, 1, [page]);
            await recover(name, self);
          };
          const fences = async () => (await plain.all(name, "ledger"))
            .filter(({ session }) => session.startsWith(`fence/${old}`)).length;
          await end(old);
          const before = await fences();
          late(6);
          await end(young);
          const kept = await fences();
          repair();
          late(8);
          await end(old.replace(/.$/, "9"));
          return [before, kept, await fences(), await plain.all(name, "segments")];
        }""",
    )
    assert before == kept > 0
    assert after == 0
    assert len(left) == 3


def test_a_tab_that_leads_no_more_deletes_nothing_without_python_either(page: Page) -> None:
    late, left, leading, none = run(
        page,
        """async (name) => {
          const ours = store(name);
          const { retain } = await import("/web/upkeep.js");
          const rows = () => plain.all(name, "segments").then(({ length }) => length);
          await ours.write("s", 1, ["a", "b"]);
          await plain.put(name, "meta", { token: 2 }, "leader");
          const policy = { maxAge: 1 };
          const late = await retain(name, policy, { guard: 1 }).catch((error) => error.name);
          const left = await rows();
          const leading = await retain(name, policy, { guard: 2 });
          return [late, left, leading.deleted.count, await rows()];
        }""",
    )
    assert (late, left) == ("StoreFenced", 2)
    assert (leading, none) == (2, 0)
