"""Bytes on disk, before and after cold rows are compacted, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.outcome import Measure
from bench.scene import Scene

DATABASE = "bench-disk"


def run(scene: Scene) -> dict[str, Any]:
    """In a profile of its own: nothing else is in its database files."""
    count = 10_000 if scene.quick else 20_000
    results: dict[str, Any] = {"traces": count}
    with scene.another() as own:
        empty = _size(own.folder)
        with own.stage(DATABASE) as stage:
            stage.call("stored", "start", DATABASE)
            stage.call("stored", "writeOld", count)
            results["before"] = stage.call("stored", "codecs", DATABASE)
        results["diskBefore"] = (_size_at_rest(own) - empty) / count
        costs = [_visit(own) for _ in range(2)]  # in the first there is something to compact
        with own.stage(DATABASE) as stage:
            results["after"] = stage.call("stored", "codecs", DATABASE)
        results["diskAfter"] = (_size_at_rest(own) - empty) / count
    return results | {"compactionMicros": (costs[0] - costs[1]) / count}


def _visit(scene: Scene) -> float:
    with scene.stage(DATABASE) as stage:
        return stage.cost("stored", "visit", DATABASE)[1].renderer


def _size_at_rest(scene: Scene) -> int:
    scene.relaunch()
    return _size(scene.folder)


def _size(profile: Path) -> int:
    files = profile.glob("Default/IndexedDB/**/*")
    return sum(file.stat().st_size for file in files if file.is_file())


def note(results: dict[str, Any]) -> str:
    return (
        f"**On disk**, {results['traces']:,} traces: {_data(results['before'])}; "
        f"after compaction {_data(results['after'])}, "
        f"which took {results['compactionMicros']:.0f} µs of CPU a trace. "
        f"LevelDB, which compresses too, took {results['diskBefore']:.0f} bytes a trace for it, "
        f"and {results['diskAfter']:.0f} afterwards: it keeps what was deleted for a while."
    )


def _data(codecs: dict[str, Any]) -> str:
    return " and ".join(
        f"{found['bytes'] / found['traces']:.0f} bytes a trace in {found['rows']} `{codec}` rows"
        for codec, found in codecs.items()
    )


MEASURE = Measure("disk", run, note=note)
