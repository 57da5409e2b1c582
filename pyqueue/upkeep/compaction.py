"""Which rows are merged, and how: cold ones of one session and priority, into compressed ones.

A batch whose answer was lost is written again, and known by its places in the session: rows there
that begin or end where it does. So what may still come again must stay as it is. Of a session that
was closed nothing can. Of others, the newest rows stay, and only neighbours are merged, so that no
merged row takes in a place that it does not fill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ..batch import Row
from ..ports import Place, RowFacts
from .policy import RetentionPolicy
from .rows import is_mergeable, merged
from .tally import Tally

NEWEST = 64
"""Rows at the end of a session not known to be closed that stay as they are."""

MERGED = 100
"""Rows that become one at the most, so that their transaction is short."""


class Groups:
    """Cold rows as they can be merged: at most `compact_bytes` of them, and no wider in time than
    `compact_after`, so that age still means what it says. A session that may still be written to
    gives only what fills a row."""

    def __init__(self, policy: RetentionPolicy, cold: Mapping[Any, RowFacts]) -> None:
        self._policy = policy
        self._cold = cold

    def of_session(self, places: Sequence[Place], is_closed: bool) -> Iterator[list[RowFacts]]:
        """The groups of one session, whose rows are given in the order of sealing."""
        if is_closed:
            rows = [self._cold[place.key] for place in places if place.key in self._cold]
            rows.sort(key=lambda row: row.priority)  # stable: the order within stays
            runs = [list(run) for _, run in groupby(rows, lambda row: row.priority)]
        else:
            known = [self._cold.get(place.key) for place in places[:-NEWEST]]
            neighbours = groupby(known, lambda row: row and row.priority)
            runs = [[row for row in run if row] for _, run in neighbours]
        for run in runs:
            for group in self._split(run):
                if is_closed or self._is_full(group):
                    yield group

    def _split(self, run: Sequence[RowFacts]) -> Iterator[list[RowFacts]]:
        group: list[RowFacts] = []
        for row in run:
            if group and not self._fits(group, row):
                yield group
                group = []
            group.append(row)
        if group:
            yield group

    def _is_full(self, group: list[RowFacts]) -> bool:
        size = sum(row.bytes for row in group)
        return len(group) == MERGED or size > self._policy.compact_bytes / 2

    def _fits(self, group: list[RowFacts], row: RowFacts) -> bool:
        times = [row.t_max, *(other.t_max for other in group)]
        size = row.bytes + sum(other.bytes for other in group)
        is_near = max(times) - min(times) <= self._policy.compact_after
        is_small = size <= self._policy.compact_bytes and len(group) < MERGED
        return is_near and is_small


def compact(is_closed: bool, rows: list[Row], tally: Tally) -> list[Row]:
    """The rows of a group, merged where they still can be; the others stay."""
    done: list[Row] = []
    run: list[Row] = []
    for row in rows:
        if not is_mergeable(row):
            done.append(row)
            continue
        if run and not _continues(run[-1], row, is_closed):
            done.append(_merge(run, tally))
            run = []
        run.append(row)
    return [*done, _merge(run, tally)] if run else done


def _continues(last: Row, row: Row, is_closed: bool) -> bool:
    is_alike = (last.session, last.priority, last.mixed) == (row.session, row.priority, row.mixed)
    return is_alike and (is_closed or row.seq_first == last.seq_last + 1)


def _merge(run: list[Row], tally: Tally) -> Row:
    row = merged(run)
    tally.repacked(run, row)
    return row
