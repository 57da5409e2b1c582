"""Bytes in the queue and on the page while more comes than they hold, against their limits."""

from __future__ import annotations

from typing import Any

from bench.outcome import Line, Measure
from bench.scene import Scene
from pyqueue import QueueConfig

PER_SECOND = 20_000
PAGE = 32 * 2**20
"""Bytes that may wait on the page's side by default (web/pyqueue.js)."""


def run(scene: Scene) -> dict[str, Any]:
    """The most that was seen. What the queue holds after every single step is asserted by tests
    (test_law.py and the simulator); here it is looked at from outside."""
    burst, seconds = (20_000, 1) if scene.quick else (150_000, 10)
    with scene.stage() as stage:
        seen = stage.call("bounds", "fill", stage.database, burst, PER_SECOND, seconds)
    return {"limit": QueueConfig().max_queue_bytes, "budget": PAGE, "burst": burst, **seen}


def lines(results: dict[str, Any]) -> list[Line]:
    limit, budget = results["limit"], results["budget"]
    burst = f"a burst of {results['burst']:,}"
    return [
        Line(
            f"bytes in the queue at most, {burst} and 20,000 a second, against its limit",
            results["queued"] / limit,
            1 + results["trace"] / limit,
            figures=f"{results['queued']:,} / {limit:,} bytes; {results['samples']} looks",
        ),
        Line(
            "the same: bytes waiting on the page, against its budget",
            results["waiting"] / budget,
            1.0,
            figures=f"{results['waiting']:,} / {budget:,} bytes",
        ),
    ]


MEASURE = Measure("bounds", run, lines)
