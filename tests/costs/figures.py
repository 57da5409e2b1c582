"""The figures that `test_costs.py` holds the queue against; `make costs` writes them anew."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.costs.counting import count
from tests.costs.operations import AT_ONCE, OPERATIONS

FILE = Path(__file__).with_name("costs.json")
SMALL, LARGE = 100, 10_000
"""Traces that are queued already."""
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def cost(operation, backlog=SMALL):
    """Instructions a trace, once caches are warm."""
    works = OPERATIONS[operation](backlog)
    next(works)()
    return count(next(works)) / AT_ONCE


def recorded():
    """By version of Python and operation."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def record():
    figures = {**recorded(), VERSION: {name: cost(name) for name in OPERATIONS}}
    FILE.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"Python {VERSION}: {figures[VERSION]}")


if __name__ == "__main__":
    record()
