"""`RetentionPolicy`: how much is kept, how long, and what is kept whatever happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from fnmatch import translate
from typing import Any

from ..config import check_option, differences, option

KEEP = {"meaning": "exact, or with `*`, `?` and `[…]`"}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RetentionPolicy:
    """What may stay in the store. All limits hold together. Raises TypeError or ValueError, naming
    field and value.

    Times are milliseconds, sizes are bytes as stored. `max_age`, `max_count`, `max_bytes` and
    `max_dead_letters` set no limit where they are 0; the share, or `fallback_bytes`, always does.

    What is over a limit goes to the trace, the least important and oldest first: of a row in which
    the limit lies the newest stay, as many as fit. Bytes are held strictly: where not even the
    newest trace fits, none stays. Traces of the last minute, by their own times, are left alone
    meanwhile.
    """

    max_age: float = option(0, least=0, meaning="after which a trace, or dead letter, goes")
    max_count: int = option(0, least=0, meaning="stored traces")
    max_bytes: int = option(0, least=0, meaning="their bytes")
    max_dead_letters: int = option(10_000, least=0, meaning="stored dead letters")
    max_share: float = option(
        0.1, least=0.001, most=1, meaning="of the quota that others in the origin leave"
    )
    fallback_bytes: int = option(
        50 * 1024 * 1024, least=1, meaning="in place of the share where no quota is told"
    )
    keep_names: tuple[str, ...] = field(default=(), metadata=KEEP)
    keep_ids: tuple[str, ...] = field(default=(), metadata=KEEP)
    check_interval: float = option(300_000, least=1_000, meaning="between two looks at the store")
    compact_after: float = option(
        3_600_000, least=60_000, meaning="when a row is cold; also what a merged row may span"
    )
    compact_bytes: int = option(
        128 * 1024, least=1, meaning="JSON in a merged row, before it is compressed"
    )

    def __post_init__(self) -> None:
        for known in fields(self):
            if known.name.startswith("keep_"):
                patterns = _patterns(known.name, getattr(self, known.name))
                object.__setattr__(self, known.name, patterns)
            else:
                check_option(known, getattr(self, known.name))

    def __repr__(self) -> str:
        return differences(self)

    def protector(self) -> Callable[[Mapping[str, Any]], bool] | None:
        """A test for a decoded trace: is it to be kept whatever happens? None where none is."""
        if not self.keep_names and not self.keep_ids:
            return None
        name, id = _matcher(self.keep_names), _matcher(self.keep_ids)
        return lambda trace: name(str(trace.get("name"))) or id(str(trace.get("id")))


def _patterns(option: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise TypeError(f"{option} must be a list of strings, not {value!r}")
    for pattern in value:
        if not isinstance(pattern, str) or not pattern:
            raise TypeError(f"{option} must hold non-empty strings, not {pattern!r}")
    return tuple(value)


def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    exact = frozenset(patterns)  # a name may have brackets of its own
    glob = re.compile("|".join(map(translate, patterns)) or r"(?!)")
    return lambda text: text in exact or glob.match(text) is not None
