"""All measures, in the order in which they are taken."""

from __future__ import annotations

from bench.measures import (
    backlog,
    boot,
    bounds,
    burst,
    critical,
    disk,
    idle,
    load,
    memory,
    operations,
    query,
    steady,
    tabs,
)

MEASURES = [
    module.MEASURE
    for module in (
        *(burst, critical, boot, steady, idle, operations, bounds),
        *(backlog, disk, memory, query, tabs, load),
    )
]
