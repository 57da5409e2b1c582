"""The JSON text in a row object of IndexedDB.

Pyodide converts a JS string at some 6 ns a character, which is more than to read the row. So it is
searched where it is, and comes over as UTF-8, for 1 ns; JavaScript's own functions take an array in
place of its only string.
"""

from __future__ import annotations

import gzip
from typing import Any

import js


class RowText:
    """A row's uncompressed text, which can be searched with `in`, and converted with `str`."""

    def __init__(self, record: Any) -> None:
        at = js.Object.keys(record).indexOf("data")
        self._cell = js.Object.values(record).slice(at, at + 1)

    def __contains__(self, sign: object) -> bool:
        return bool(js.String.prototype.includes.call(self._cell, sign))

    def __str__(self) -> str:
        text: str = js.TextEncoder.new().encode(self._cell).to_bytes().decode()
        return text


def text_in(record: Any) -> RowText | str:
    """The text in a row object. Raises whatever comes of one that is no row."""
    if record.codec == "json":
        return RowText(record)
    return gzip.decompress(record.data.to_bytes()).decode()
