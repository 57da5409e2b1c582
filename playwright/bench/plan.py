"""All measures, in the order in which they are taken."""

from __future__ import annotations

from bench.measures import backlog, boot, burst, critical, disk, load, long_tasks, memory

MEASURES = [
    module.MEASURE for module in (burst, critical, boot, long_tasks, backlog, disk, memory, load)
]
