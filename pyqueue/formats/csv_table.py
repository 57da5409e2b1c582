"""CSV for spreadsheets (RFC 4180): a trace a row, in columns that do not depend on the traces.

A spreadsheet runs what looks like a formula, so a text that begins like one gets a quote before it
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import re

from .record import Trace, error_parts
from .safe import to_json, utf8
from .wording import iso_time

COLUMNS = (
    "id", "name", "priority", "time", "timestamp", "duration", "status",
    "traceId", "spanId", "parentId", "error", "attributes",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CsvEncoder:
    """Attributes are one column of JSON, for their names differ from trace to trace; an error is
    its type and message. Times are ISO 8601 and ms since the epoch, durations ms."""

    def __init__(self) -> None:
        self._row = io.StringIO()
        self._writer = csv.writer(self._row, lineterminator="\r\n")

    def begin(self) -> str:
        return self._line(list(COLUMNS))

    def add(self, trace: Trace) -> str:
        parts = error_parts(trace)
        values = {
            **trace,
            "time": iso_time(trace["timestamp"]),
            "error": ": ".join(parts[key] for key in ("type", "message") if parts.get(key)),
            "attributes": to_json(trace["attributes"]),
        }
        return self._line([_cell(values.get(column, "")) for column in COLUMNS])

    def end(self) -> str:
        return ""

    def _line(self, cells: list[str]) -> str:
        self._row.seek(0)
        self._row.truncate()
        self._writer.writerow(cells)
        return self._row.getvalue()


def _cell(value: str | float) -> str:
    if not isinstance(value, str):
        return repr(value)
    text = _CONTROL.sub("\ufffd", utf8(value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
