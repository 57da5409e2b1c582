"""The figures as Markdown, between the markers in README.md."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bench.measures.burst import of
from bench.outcome import Line, table
from bench.plan import MEASURES

README = Path(__file__).parent / "README.md"
START, END = "<!-- bench table -->", "<!-- /bench table -->"
LABELS = {
    "pyqueue": "**pyqueue**",
    "python": "**pyqueue, from Python in the page**",
    "python_all": "**pyqueue, from Python in the page, `put_all`**",
    "dexie": "Dexie `bulkAdd`, 100",
    "idb": "idb, 100 a transaction",
    "localforage": "localForage, 100 at a time",
    "workbox": "Workbox background-sync, 100 at a time",
    "sentry": "Sentry's offline store, cap lifted",
    "sentry_default": "Sentry's offline store, as it comes",
    "opentelemetry": "OpenTelemetry JS batch processor: memory only",
    "row_per_trace": "by hand: a row per trace, 100 a transaction",
    "row_per_batch": "by hand: our rows, from the page, 4 at a time",
    "limit": "the limit: our rows by hand, in a worker, 8 at a time",
}


def write_report(results: dict[str, Any], plots: list[str], folder: Path) -> None:
    """Into the README, and the plots from that folder to its side."""
    shutil.copytree(folder, README.with_name("plots"), dirs_exist_ok=True)
    parts = [_conditions(results), *render(results), *plots]
    text = README.read_text()
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    README.write_text("\n\n".join([before + START, *parts, END + after]))


def render(results: dict[str, Any]) -> list[str]:
    """The tables of what was measured."""
    taken = [measure for measure in MEASURES if measure.name in results]
    lines = [line for measure in taken for line in measure.lines(results[measure.name])]
    parts = [_targets(lines)] if lines else []
    if "burst" in results:
        parts.append(_writers(results["burst"]))
    return parts + [m.note(results[m.name]) for m in taken if m.note]


def _conditions(results: dict[str, Any]) -> str:
    facts = results["facts"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    kind = "quick" if results["quick"] else "full"
    return (
        f"{facts['date'][:10]}, a {kind} run of commit {facts['commit']}, "
        f"medians of {results['rounds']} rounds, "
        f"on {facts['cores']} cores of {facts['processor']} ({facts['system']}); "
        f"load average {facts['load']:.1f} before, {results['loadAfter']:.1f} after. It took "
        f"{results['seconds'] / 60:.1f} minutes. {versions}."
    )


def _targets(lines: list[Line]) -> str:
    rows = [
        [
            line.what,
            f"**{_short(line.ratio)}**",
            f"{'≥' if line.least else '≤'} {_short(line.target)}",
            "yes" if line.is_met else "no",
            line.figures,
        ]
        for line in lines
    ]
    return table(["what", "ratio", "target", "met", "made of"], rows)


def _writers(burst: dict[str, Any]) -> str:
    def pair(result: dict[str, Any], key: str, form: str) -> str:
        return " / ".join(format(result[state + key], form) for state in ("cold", "warm"))

    rows = [
        [
            LABELS[name],
            *(_short(of(burst, "warmSpeed", name, other)) for other in ("dexie", "limit")),
            _short(of(burst, "warmMain", name, "dexie")),
            pair(result, "Speed", ",.0f"),
            *(pair(result, key, ".1f") for key in ("Main", "Renderer")),
            f"{result['stored']:,.0f} of {result['traces']:,}",
        ]
        for name, result in burst.items()
    ]
    head = ["warm:", "speed / Dexie's", "/ the limit's", "CPU / Dexie's", "cold / warm: traces/s"]
    return table([*head, "main thread, µs", "renderer, µs", "kept"], rows)


def _short(number: float) -> str:
    """Three figures."""
    return f"{number:,.0f}" if number >= 100 or number == int(number) else f"{number:.3g}"
