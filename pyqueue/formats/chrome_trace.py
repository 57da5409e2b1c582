"""Chrome's Trace Event Format as JSON, which Perfetto and chrome://tracing read.

Each run is a process, each priority a thread. What overlaps in a thread without lying one in the
other can't be shown there, and goes to a further thread of the same priority. An arrow leads from
a span to each of its children. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from ..priority import LABELS
from .record import Trace, failed, session_of
from .safe import to_json, visible

US = 1_000
"""In a ms."""
LATEST = 9 * 10**15
"""µs: as many ns as Perfetto can count."""
MOST_THREADS = 50
"""Of one priority."""
PARENTS = 10_000
"""Spans that are remembered, for their children."""

Event = dict[str, Any]


@dataclass(slots=True)
class Thread:
    """What is under way in it: the ends of the slices around the present, the outermost first."""

    pid: int
    tid: int
    ends: list[int] = field(default_factory=list)
    begun: int = -LATEST

    def takes(self, start: int, end: int) -> bool:
        """Whether a slice fits in behind, or into, what is there; then it is there."""
        if start < self.begun:
            return False
        while self.ends and self.ends[-1] <= start:
            self.ends.pop()
        if self.ends and end > self.ends[-1]:
            return False
        self.ends.append(end)
        self.begun = start
        return True


class ChromeTraceEncoder:
    """Shows most where traces come by time, the earliest first."""

    order = "asc"

    def __init__(self) -> None:
        self._pids: dict[str, int] = {}
        self._threads: dict[tuple[int, str], list[Thread]] = {}
        self._parents: OrderedDict[tuple[str, str], Event] = OrderedDict()
        self._flows = 0
        self._count = 0

    def begin(self) -> str:
        return '{"displayTimeUnit":"ms","traceEvents":[\n'

    def add(self, trace: Trace) -> str:
        events: list[Event] = []
        pid = self._process(session_of(trace) or "traces", events)
        slice_ = _slice(trace)
        slice_ |= self._place(pid, trace["priority"], slice_, events)
        events += _pair(slice_) if slice_["tid"] == 0 else [slice_]
        events += self._flow(trace, slice_)
        texts = [",\n" * (self._count + n > 0) + to_json(event) for n, event in enumerate(events)]
        self._count += len(events)
        return "".join(texts)

    def end(self) -> str:
        return "\n]}\n"

    def _process(self, session: str, events: list[Event]) -> int:
        if session not in self._pids:
            self._pids[session] = len(self._pids) + 1
            events.append(_meta("process_name", self._pids[session], 0, f"pyqueue {session}"))
        return self._pids[session]

    def _place(self, pid: int, priority: str, slice_: Event, events: list[Event]) -> Event:
        """A thread in which the slice can lie; thread 0 where there is none, and no more to be."""
        start, end = slice_["ts"], slice_["ts"] + slice_["dur"]
        threads = self._threads.setdefault((pid, priority), [])
        for thread in threads:
            if thread.takes(start, end):
                return {"pid": pid, "tid": thread.tid}
        if len(threads) == MOST_THREADS:
            return {"pid": pid, "tid": 0}
        rank = len(LABELS) - 1 - LABELS.index(priority)
        thread = Thread(pid, 1 + rank * MOST_THREADS + len(threads))
        threads.append(thread)
        thread.takes(start, end)
        name = f"{priority} {len(threads)}" if len(threads) > 1 else priority
        events.append(_meta("thread_name", pid, thread.tid, name))
        events.append(_meta("thread_sort_index", pid, thread.tid, thread.tid))
        return {"pid": pid, "tid": thread.tid}

    def _flow(self, trace: Trace, slice_: Event) -> list[Event]:
        """Arrows begin and end within slices, so both need a duration and a thread."""
        if not slice_["tid"] or not slice_["dur"]:
            return []
        context = trace.get("traceId", "")
        parent = self._parents.get((context, trace.get("parentId", "")))
        if span := trace.get("spanId"):
            place = {key: slice_[key] for key in ("pid", "tid", "ts")}
            self._parents[context, span] = place
            if len(self._parents) > PARENTS:
                self._parents.popitem(last=False)
        if parent is None or parent["ts"] > slice_["ts"]:
            return []
        self._flows += 1
        arrow = {"name": "child", "cat": "parent", "id": self._flows}
        place = {key: slice_[key] for key in ("pid", "tid", "ts")}
        return [{**arrow, "ph": "s", **parent}, {**arrow, "ph": "f", "bp": "e", **place}]


def _slice(trace: Trace) -> Event:
    start = _us(trace["timestamp"])
    end = max(start, _us(trace["timestamp"] + trace["duration"]))
    args = {key: trace[key] for key in _ARGS if key in trace}
    args |= {"attributes": trace["attributes"]} if trace["attributes"] else {}
    slice_ = {
        "name": visible(trace["name"]) or "(no name)",
        "cat": f"{trace['priority']},error" if failed(trace) else trace["priority"],
        "ph": "X",
        "ts": start,
        "dur": end - start,
    }
    return slice_ | ({"cname": "terrible"} if failed(trace) else {}) | {"args": args}


_ARGS = ("id", "traceId", "spanId", "parentId", "status", "error")


def _pair(slice_: Event) -> list[Event]:
    """As an asynchronous slice, which may overlap any other."""
    both = {key: slice_[key] for key in ("name", "cat", "pid", "tid")}
    both["id"] = slice_["args"].get("id", "")
    end = slice_["ts"] + slice_["dur"]
    return [
        {**both, "ph": "b", "ts": slice_["ts"], "args": slice_["args"]},
        {**both, "ph": "e", "ts": end},
    ]


def _meta(what: str, pid: int, tid: int, value: str | int) -> Event:
    key = "sort_index" if what.endswith("sort_index") else "name"
    return {"name": what, "ph": "M", "pid": pid, "tid": tid, "ts": 0, "args": {key: value}}


def _us(ms: float) -> int:
    """Whole ones, in which sums are exact: by a fraction less, a slice would not lie in another."""
    return round(max(-LATEST, min(ms * US, LATEST)))
