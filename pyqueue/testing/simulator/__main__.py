"""The long run: python -m pyqueue.testing.simulator --seed 1 --steps 1000000"""

from __future__ import annotations

import argparse
import sys
import time

from .run import Report, simulate
from .violation import SimulationFailed

STEPS_BETWEEN_LINES = 100_000


def main(arguments: list[str] | None = None) -> int:
    """0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--round", type=int, default=1_000, help="steps until all starts afresh")
    parser.add_argument("--shrink", type=int, default=20_000, help="runs to make a trace short")
    options = parser.parse_args(arguments)
    started = time.perf_counter()

    def progress(report: Report) -> None:
        if report.steps % STEPS_BETWEEN_LINES < options.round:
            rate = report.steps / (time.perf_counter() - started)
            _say(f"{report.steps:>12,} of {options.steps:,} steps, {rate:,.0f} a second")

    try:
        report = simulate(
            options.seed, options.steps, round_steps=options.round,
            shrink_runs=options.shrink, progress=progress,
        )  # fmt: skip
    except SimulationFailed as failed:
        _say(str(failed))
        return 1
    _say(str(report))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
