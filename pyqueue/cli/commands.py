"""The commands and their options."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from typing import Any, get_args

import click
from rich.console import Console

from .. import __version__
from ..formats import FORMATS, format_named, read_traces, written
from ..formats.json_document import Verbosity
from ..formats.record import Trace
from ..formats.safe import visible
from .conditions import matching
from .files import format_of, opened, replaced
from .listing import listing
from .waterfall import waterfall

READABLE = [name for name, one in FORMATS.items() if one.read]

_where = click.option(
    "--where",
    multiple=True,
    metavar="TERMS",
    help="Only traces that meet all of these: name:GLOB priority:high status:error trace:ID id:ID "
    "attr.KEY=VALUE since:TIME until:TIME, or any other word, which is looked for in the text.",
)
_source_format = click.option(
    "--from",
    "source_format",
    type=click.Choice(READABLE),
    help="The format of the file; told by how it begins where this is left out.",
)


@click.group()
@click.version_option(__version__)
def cli() -> None:
    """Reads traces that pyqueue exported: NDJSON, JSON and OTLP lines."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@cli.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--to", "format", type=click.Choice([*FORMATS]), help="Told by OUT's name otherwise.")
@_source_format
@_where
@click.option("--verbosity", type=click.Choice(get_args(Verbosity)), help="Of json.")
@click.option("--service", help="The service.name of otlp.")
def convert(
    source: str,
    target: str,
    format: str | None,
    source_format: str | None,
    where: Sequence[str],
    verbosity: str | None,
    service: str | None,
) -> None:
    """Write the traces in the file IN to OUT; "-" is the terminal, or a pipe.

    One at a time, whatever there are; but for chrome, whose traces are brought in the order of time
    first.
    """
    with _told(source):
        name = format or format_of(target)
        options = _options(name, json={"verbosity": verbosity}, otlp={"service": service})
        with opened(source) as text, replaced(target) as out:
            traces = _traces(text, source_format, where)
            if format_named(name).order == "asc":
                traces = iter(sorted(traces, key=lambda trace: trace["timestamp"]))
            counted = _Counted(traces)
            for piece in written(counted, name, **options):
                out.write(piece)
    click.echo(f"traces: {counted.count:,}", err=True)


@cli.command()
@click.argument("source", metavar="FILE")
@_source_format
@_where
@click.option("--trace", metavar="ID", help="Only the spans of this trace.")
@click.option("--waterfall", "as_waterfall", is_flag=True, help="Spans as bars, trace by trace.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1), metavar="N")
def show(
    source: str,
    source_format: str | None,
    where: Sequence[str],
    trace: str | None,
    as_waterfall: bool,
    limit: int,
) -> None:
    """List the traces in FILE, or draw their spans; "-" reads a pipe."""
    console = Console(highlight=False)
    with _told(source), opened(source) as text:
        found = _traces(text, source_format, where)
        if trace is not None:
            found = filter(lambda one: one.get("traceId") == trace, found)
        shown = list(islice(found, limit))
        more = sum(1 for _ in found)
    draw = waterfall if as_waterfall else listing
    for part in draw(shown, console.width):
        console.print(part)
    if not shown:
        console.print("no traces")
    if more:
        console.print(f"… and {more:,} more; --limit shows them", style="dim")


class _Counted:
    """Goes on as `traces` do, and counts them."""

    def __init__(self, traces: Iterator[Trace]) -> None:
        self._traces = traces
        self.count = 0

    def __iter__(self) -> Iterator[Trace]:
        for trace in self._traces:
            self.count += 1
            yield trace


def _traces(text: Any, source_format: str | None, where: Sequence[str]) -> Iterator[Trace]:
    return filter(matching(where), read_traces(text, source_format))


def _options(name: str, **by_format: dict[str, Any]) -> dict[str, Any]:
    """Those that were given. Raises ValueError for one of another format."""
    for other, options in by_format.items():
        for key, value in options.items():
            if value is not None and other != name:
                raise ValueError(f"--{key} is for {other}, and this is {name}")
    return {key: value for key, value in by_format.get(name, {}).items() if value is not None}


@contextmanager
def _told(source: str) -> Iterator[None]:
    """What goes wrong with a file, or with what was asked, is one line."""
    try:
        yield
    except (OSError, ValueError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        name = error.filename if isinstance(error, OSError) and error.filename else source
        raise click.ClickException(visible(f"{name}: {text}")) from None
