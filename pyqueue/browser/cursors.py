"""Walks along an index by its key cursor, which loads no rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .database import Database
from .interop import listen

T = TypeVar("T")


async def collect(
    database: Database,
    index: str,
    span: Any,
    limit: int,
    read: Callable[[Any, Any], T | None],
    direction: str = "next",
) -> list[T]:
    """Up to `limit` of what `read` makes of the cursor and the store, in one transaction; None is
    passed over. Requests that it issues are answered when this returns."""
    found: list[T] = []
    failures: list[Exception] = []
    stops: list[Callable[[], None]] = []

    def ask(segments: Any) -> list[Any]:
        request = segments.index(index).openKeyCursor(span, direction)

        def step(_: Any) -> None:
            try:
                if cursor := request.result:
                    one = read(cursor, segments)
                    found.extend([one] if one is not None else [])
                    if len(found) < limit:
                        cursor.continue_()
            except Exception as error:  # it must not reach the page as an uncaught one
                failures.append(error)

        stops.append(listen(request, {"onsuccess": step}))
        return []

    try:
        await database.read("segments", ask)
    finally:
        for stop in stops:
            stop()
    for failure in failures:
        raise failure
    return found
