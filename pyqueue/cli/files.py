"""Files that are read and written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from errno import ENOENT
from io import TextIOWrapper
from pathlib import Path
from shutil import copymode
from typing import TextIO

from ..formats import FORMATS


def opened(source: str) -> AbstractContextManager[TextIO]:
    """To be read; "-" is what is piped in. What is no UTF-8 is U+FFFD."""
    if source != "-":
        return Path(source).open(encoding="utf-8-sig", errors="replace", newline="\n")
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    return nullcontext(sys.stdin)


@contextmanager
def replaced(target: str) -> Iterator[TextIO]:
    """To be written: the file is there when it is whole, or not at all; "-" is the output. What is
    there and no file, as a pipe or a device, is written to."""
    if target == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        return
    path = Path(target)
    if not path.parent.is_dir():
        raise FileNotFoundError(ENOENT, "there is no such folder", str(path.parent))
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    if path.is_symlink():
        path = path.resolve()
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            if path.exists():
                copymode(path, part)
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def format_of(target: str) -> str:
    """The format that a file's name tells. Raises ValueError where it tells none."""
    fitting = [one for one in FORMATS.values() if target.endswith(f".{one.extension}")]
    if not fitting:
        raise ValueError(f"the name {target!r} tells no format: say --to {' or '.join(FORMATS)}")
    return max(fitting, key=lambda one: len(one.extension)).name
