"""Traces as files, and back: encoders that stream, in constant memory.

    written(traces, "ndjson") ─▶ text, text, …        read_traces(text, …) ─▶ trace, trace, …

`registry` has the formats' names; each is a file of its own. `record` brings a trace into the
shape that they rely on, `safe` makes of hostile content what nobody minds. Nothing here knows of a
queue or a store; standard library only, for it runs in the page's Python, too, which loads it when
something is exported.
"""

from .registry import FORMATS, Encoder, Format, format_named, read_traces, written

__all__ = ["FORMATS", "Encoder", "Format", "format_named", "read_traces", "written"]
