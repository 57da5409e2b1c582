"""Bytes on disk, before and after cold rows are compacted, and what that costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.outcome import Measure
from bench.scene import Scene

COUNT = 20_000
DATABASE = "bench-disk"


def run(scene: Scene) -> dict[str, Any]:
    """In a profile of its own: nothing else is in its database files."""
    results: dict[str, Any] = {"traces": COUNT}
    with scene.another() as own:
        empty = _size(own.folder)
        with own.stage(DATABASE) as stage:
            stage.call("stored", "start", DATABASE)
            stage.call("stored", "writeOld", COUNT)
            results["before"] = stage.call("stored", "codecs", DATABASE)
        own.relaunch()
        results["diskBefore"] = (_size(own.folder) - empty) / COUNT
        with own.stage(DATABASE) as stage:
            stage.call("stored", "start", DATABASE)  # closes the account of the session before
            results["report"], cost = stage.cost("stored", "enforce")
            results["after"] = stage.call("stored", "codecs", DATABASE)
        own.relaunch()
        results["diskAfter"] = (_size(own.folder) - empty) / COUNT
    return results | {"compactionMicros": cost.renderer / COUNT}


def _size(profile: Path) -> int:
    files = profile.glob("Default/IndexedDB/**/*")
    return sum(file.stat().st_size for file in files if file.is_file())


def note(results: dict[str, Any]) -> str:
    def a_trace(codecs: dict[str, Any]) -> str:
        return " and ".join(
            f"{found['bytes'] / found['traces']:.0f} bytes a trace in {found['rows']} `{codec}` rows"
            for codec, found in codecs.items()
        )

    return (
        f"**On disk** ({results['traces']:,} traces): {a_trace(results['before'])}; after compaction "
        f"{a_trace(results['after'])}, which took {results['compactionMicros']:.0f} µs of CPU a trace. "
        f"The profile grew by {results['diskBefore']:.0f} bytes a trace, and is larger by "
        f"{results['diskAfter']:.0f} afterwards: LevelDB keeps what was deleted for a while."
    )


MEASURE = Measure("disk", run, note=note)
