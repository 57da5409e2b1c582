"""What a page costs that has nothing to do: Python is up, and all is written."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene
from timeline import Timeline

WORK = ("TimerFire", "FunctionCall", "HandlePostMessage", "FireAnimationFrame")
"""Whatever runs JavaScript, or Python below it."""
SETTLING = 1_000
"""ms, until what a burst leaves behind is cleaned up."""
SOON = 60_000
"""ms. A timer that is armed for that soon counts as if it had fired."""


def run(scene: Scene) -> dict[str, Any]:
    """CPU in ms, beside a page without pyqueue in the same seconds."""
    seconds = 2 if scene.quick else 60
    with scene.stage(site="without") as without, scene.stage() as ours:
        timeline = Timeline(ours.page)
        timeline.mark("begin")
        ours.call("idle", "drain", ours.database)
        pages = {"pyqueue": ours, "without": without}
        for page in pages.values():
            page.collect_garbage()
        ours.page.wait_for_timeout(SETTLING)
        timeline.mark("drained")
        before = {name: page.metrics() for name, page in pages.items()}
        ours.page.wait_for_timeout(1000 * seconds)
        after = {name: page.metrics() for name, page in pages.items()}
        timeline.mark("end")
        timeline.stop()
    _has_eyes(timeline)
    idle = timeline.counts("drained", "end")
    return {
        "seconds": seconds,
        "work": {
            f"{where}: {what}": count for (where, what), count in idle.items() if what in WORK
        },
        "timers": timeline.pending("end"),
        **{
            key: {name: 1000 * (after[name][told] - before[name][told]) for name in pages}
            for key, told in {"main": "ThreadTime", "renderer": "ProcessTime"}.items()
        },
    }


def _has_eyes(timeline: Timeline) -> None:
    seen = timeline.counts("begin", "drained")
    for where in ("page", "worker"):
        if not seen[where, "FunctionCall"]:
            raise RuntimeError(f"the timeline missed what the {where} did before")


def lines(results: dict[str, Any]) -> list[Line]:
    what = "timers, calls and messages in page and worker"
    soon = sum(delay < SOON for _, delay in results["timers"])
    main, renderer = (
        f"{results[key]['pyqueue']:.1f} ms of the {name}'s CPU, {results[key]['without']:.1f} "
        "without pyqueue"
        for key, name in {"main": "main thread", "renderer": "renderer"}.items()
    )
    armed = ", ".join(f"one of {delay / 1000:.0f} s" for _, delay in results["timers"]) or "none"
    found = ", ".join(f"{event} {count}" for event, count in results["work"].items())
    figures = "; ".join(filter(None, [found, f"timers armed: {armed}", main, renderer]))
    return [
        Line(
            f"idle for {results['seconds']} s: {what}",
            sum(results["work"].values()) + soon,
            0,
            figures=figures,
        )
    ]


MEASURE = Measure("idle", run, lines)
