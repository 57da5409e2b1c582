"""Memory of ten tabs of one origin against that of one: they have one Python between them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene

TABS = 10
TRACES = 1_000
PYTHONS = """() => navigator.locks.query().then(({ held }) =>
  held.filter(({ name }) => name.startsWith("pyqueue/worker/")).length)"""


def run(scene: Scene) -> list[dict[str, float]]:
    return [_play(scene) for _ in range(1 if scene.quick else scene.rounds)]


def _play(scene: Scene) -> dict[str, float]:
    """MiB, by how many tabs there are."""
    before = _memory(scene)
    found: dict[str, float] = {}
    with ExitStack() as tabs:
        for number in range(1, TABS + 1):
            tab = tabs.enter_context(scene.stage(site="tabs"))
            tab.call("stored", "start", tab.database)
            tab.call("stored", "write", TRACES)
            tab.collect_garbage()
            if number in (1, TABS):
                found[str(number)] = _memory(scene) - before
        found["pythons"] = tab.page.evaluate(PYTHONS)
    return found


def _memory(scene: Scene) -> float:
    """Of all renderers, with their part of what processes share (PSS)."""
    browser = scene.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(_pss(process["id"]) for process in processes if process["type"] == "renderer")


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return int(kilobytes) / 1024


def lines(results: list[dict[str, Any]]) -> list[Line]:
    one, all_of_them = (median(r[key] for r in results) for key in ("1", str(TABS)))
    pythons = max(r["pythons"] for r in results)
    return [
        Line(
            f"memory of {TABS} tabs of one origin against one",
            median(r[str(TABS)] / r["1"] for r in results),
            2.5,
            figures=f"{all_of_them:,.0f} / {one:,.0f} MiB of their renderers, {pythons} Python",
        )
    ]


MEASURE = Measure("tabs", run, lines)
