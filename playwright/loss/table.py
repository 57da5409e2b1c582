"""Plays the scenarios in a real Chromium and puts what was lost into playwright/README.md.

Exits with 1 where something was lost that must not be, or stored twice.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT), str(ROOT / "web"), str(ROOT / "playwright")]

from playwright.sync_api import sync_playwright  # noqa: E402

from hosting import Host  # noqa: E402
from loss.outcome import Outcome, Scenario  # noqa: E402
from loss.scenarios import SCENARIOS, play  # noqa: E402
from loss.scene import Scene  # noqa: E402

README = ROOT / "playwright/README.md"
START, END = "<!-- loss table -->", "<!-- /loss table -->"
HEAD = [
    *("scenario", "runs", "offered", "acknowledged", "recovered", "lost of acknowledged"),
    *("lost of accepted", "duplicated ids"),
]


def row(name: str, outcome: Outcome, is_killed: bool) -> str:
    lost = f"{outcome.lost_accepted:,}"
    if outcome.lost_accepted:
        lost += f" (at most {outcome.worst:,} in a run)"
    numbers = [outcome.runs, outcome.offered, outcome.acknowledged, outcome.recovered]
    cells = [*(f"{number:,}" for number in [*numbers, outcome.lost_acknowledged]), lost]
    cells.append(f"{outcome.duplicated:,}")
    mark = "" if outcome.keeps_its_promise(is_killed) else " ✗"
    return f"| {' | '.join([name + mark, *cells])} |"


def insert(table: list[str]) -> None:
    text = README.read_text()
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    README.write_text("\n".join([before + START, *table, END + after]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="each once; writes no table")
    parser.add_argument("--only", help="scenarios whose name contains this; writes no table")
    parser.add_argument("--runs", type=int, help="of each, instead of its own number")
    parser.add_argument("--root", type=Path, default=ROOT / "dist", help="the build to serve")
    options = parser.parse_args()
    chosen = [scenario for scenario in SCENARIOS if (options.only or "") in scenario.name]

    table = [f"| {' | '.join(HEAD)} |", f"|{' --- |' * len(HEAD)}"]
    print(*table, sep="\n", flush=True)
    kept = True
    host = Host(root=options.root)
    with sync_playwright() as playwright, Scene(playwright, host) as scene:
        for scenario in chosen:
            kept &= tell(scenario, scene, options, table)
    host.stop()
    if not (options.quick or options.only or options.runs):
        insert(table)
    return 0 if kept else 1


def tell(scenario: Scenario, scene: Scene, options: argparse.Namespace, table: list[str]) -> bool:
    """Plays one; whether it lost nothing that it must not lose."""
    began = time.monotonic()
    outcomes = play(scenario, scene, 1 if options.quick else options.runs or scenario.runs)
    for name, outcome in outcomes.items():
        table.append(row(name, outcome, scenario.is_killed))
        print(table[-1], flush=True)
    print(f"{scenario.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return all(outcome.keeps_its_promise(scenario.is_killed) for outcome in outcomes.values())


if __name__ == "__main__":
    sys.exit(main())
