"""A list of traces for a terminal, a line each."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from ..formats.record import Trace, error_parts
from ..formats.safe import shortened, visible
from ..formats.wording import duration_text, iso_time, outcome

STYLES = {"FAILED": "red", "SUCCESS": "green", "UNKNOWN": "dim"}
PRIORITIES = {"critical": "bold red", "high": "yellow", "normal": "", "low": "dim"}
LONGEST = 300
WIDE = 120
TRACE_ID = 32


def listing(traces: list[Trace], width: int) -> Iterator[Table]:
    """One table, in the order in which they come; with their trace ids where there is room."""
    if not traces:
        return
    has_room = width >= WIDE
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for title, least in (("time", 23), ("priority", 8), ("result", 7)):
        table.add_column(title, no_wrap=True, min_width=least)
    table.add_column("duration", no_wrap=True, min_width=8, justify="right")
    table.add_column("name", no_wrap=True, overflow="ellipsis", ratio=1)
    if has_room:
        table.add_column("trace", no_wrap=True, min_width=TRACE_ID, overflow="ellipsis")
    for trace in traces:
        table.add_row(*_cells(trace), *_trace_id(trace)[:has_room])
    yield table


def _cells(trace: Trace) -> list[Text]:
    result = outcome(trace)
    parts = error_parts(trace)
    error = ": ".join(parts[key] for key in ("type", "message") if parts.get(key))
    return [
        shown(iso_time(trace["timestamp"]).replace("T", " ").removesuffix("Z")),
        shown(trace["priority"], PRIORITIES[trace["priority"]]),
        shown(result, STYLES[result]),
        shown(duration_text(trace["duration"])),
        shown(trace["name"]).append_text(shown(f"  {error}" if error else "", "red")),
    ]


def _trace_id(trace: Trace) -> list[Text]:
    return [shown(trace.get("traceId", ""), "cyan")]


def shown(text: str, style: str = "") -> Text:
    """What a terminal does not obey, nor rich take for markup."""
    return Text(visible(shortened(text, LONGEST)), style=style)
