"""Measures pyqueue and its peers side by side, in a real Chromium with a profile on disk.

Writes build/bench/results.json, and the tables and plots of playwright/bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT), str(ROOT / "web"), str(ROOT / "playwright")]

from playwright.sync_api import sync_playwright  # noqa: E402

from bench import machine, plots, report  # noqa: E402
from bench.bundle import bundle  # noqa: E402
from bench.plan import MEASURES  # noqa: E402
from bench.scene import Scene  # noqa: E402

RESULTS = ROOT / "build/bench/results.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most 3 minutes on an idle machine")
    parser.add_argument("--only", help="measures whose name contains this; leaves the README alone")
    parser.add_argument("--rounds", type=int, help="instead of 3 (quick) or 5")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 5)
    results = measure(options.quick, rounds, options.only or "")
    RESULTS.write_text(json.dumps(results, indent=1))
    print(*report.render(results), sep="\n\n")
    drawn = plots.draw(results)
    if not options.only:
        report.write_report(results, drawn, plots.PLOTS)


def measure(quick: bool, rounds: int, only: str) -> dict[str, Any]:
    results: dict[str, Any] = {"quick": quick, "rounds": rounds}
    began = time.monotonic()
    with sync_playwright() as playwright, Scene(playwright, bundle(), quick, rounds) as scene:
        results["facts"] = machine.facts(scene.context)
        for chosen in MEASURES:
            if only in chosen.name and (chosen.in_quick or not quick):
                since = time.monotonic()
                results[chosen.name] = chosen.run(scene)
                tell(chosen.name, since)
    tell("all", began)
    return results | {"loadAfter": os.getloadavg()[0], "seconds": time.monotonic() - began}


def tell(name: str, since: float) -> None:
    print(f"{name}: {time.monotonic() - since:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
