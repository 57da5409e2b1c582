"""What Perfetto and chrome://tracing open: valid events, slices that nest, arrows to children."""

from __future__ import annotations

import json
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from tests.formats.samples import NOON, SAMPLE, file, traces
from tests.formats.test_hostile import TRACES
from tests.support import reproducible

FIELDS = {
    "X": {"name", "cat", "ph", "ts", "dur", "pid", "tid", "args", "cname"},
    "M": {"name", "ph", "pid", "tid", "ts", "args"},
    "b": {"name", "cat", "ph", "id", "ts", "pid", "tid", "args"},
    "e": {"name", "cat", "ph", "id", "ts", "pid", "tid"},
    "s": {"name", "cat", "ph", "id", "ts", "pid", "tid"},
    "f": {"name", "cat", "ph", "id", "ts", "pid", "tid", "bp"},
}
"""By phase, as the trace event format describes them."""

OPTIONAL = {"cname"}
METADATA = {"process_name": str, "thread_name": str, "thread_sort_index": int}


def events(made):
    content = json.loads(file(made, "chrome"))
    assert content.keys() == {"displayTimeUnit", "traceEvents"}
    return content["traceEvents"]


def check(found):
    """The rules of the format that a reader relies on."""
    named, threads, slices, begun = set(), set(), defaultdict(list), {}
    for event in found:
        fields = FIELDS[event["ph"]]
        assert fields - OPTIONAL <= event.keys() <= fields, event
        assert all(type(event[key]) is int for key in ("ts", "pid", "tid"))
        if event["ph"] == "M":
            (value,) = event["args"].values()
            assert type(value) is METADATA[event["name"]]
            named.add((event["pid"], event["tid"]))
        elif event["ph"] == "X":
            assert type(event["dur"]) is int
            assert event["dur"] >= 0
            threads.add((event["pid"], event["tid"]))
            slices[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
        elif event["ph"] == "s":
            begun[event["id"]] = event["ts"]
        elif event["ph"] == "f":
            assert begun.pop(event["id"]) <= event["ts"]
    assert not begun
    assert threads <= named
    for spans in slices.values():
        check_nesting(spans)
    return slices


def check_nesting(spans):
    """Two slices of a thread lie one in the other, or one after the other."""
    open_ends = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        assert not open_ends or end <= open_ends[-1]
        open_ends.append(end)


def at(start, duration, **more):
    place = {"timestamp": NOON + start, "duration": duration}
    return {"id": f"{start}/{duration}", "name": "a", "priority": "normal"} | place | more


def lanes(made):
    return {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in events(made)
        if event["name"] == "thread_name"
    }


@reproducible
@given(st.lists(traces(), max_size=8))
def test_any_traces_make_valid_events(made):
    check(events(made))


@reproducible
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8)), max_size=20), st.booleans())
def test_slices_of_a_thread_nest_in_whatever_order_they_come(times, in_order):
    made = [at(*time) for time in (sorted(times) if in_order else times)]
    slices = check(events(made))
    assert sum(map(len, slices.values())) == len(made)


def test_hostile_traces_make_valid_events():
    check(events(TRACES))


def test_a_run_is_a_process_and_a_priority_a_thread():
    made = [*SAMPLE, SAMPLE[0] | {"id": "1mwrie4kyabcdefgh-1"}]
    processes = [e["args"]["name"] for e in events(made) if e["name"] == "process_name"]
    assert processes == [
        "pyqueue 0mwrie4kyabcdefgh", "pyqueue traces", "pyqueue 1mwrie4kyabcdefgh"
    ]  # fmt: skip
    assert [name for _, name in sorted(lanes(made).items())] == [
        "critical", "normal", "low", "critical"
    ]  # fmt: skip


def test_a_slice_has_its_trace_s_time_in_us():
    (slice_,) = [e for e in events([SAMPLE[0]]) if e["ph"] == "X"]
    assert (slice_["ts"], slice_["dur"]) == (int(NOON) * 1000 + 250, 1_200_500)
    assert slice_["args"]["attributes"]["cart.items"] == 3


def test_what_overlaps_goes_to_a_further_thread_and_what_lies_within_does_not():
    assert list(lanes([at(0, 10), at(2, 3), at(6, 4), at(10, 5)]).values()) == ["normal"]
    assert list(lanes([at(0, 10), at(5, 10), at(12, 1)]).values()) == ["normal", "normal 2"]


def test_what_finds_no_thread_is_an_asynchronous_slice():
    found = events([at(n, 1000) for n in range(0, 120, 2)])
    check(found)
    assert len([e for e in found if e["ph"] == "X"]) == 50
    assert len([e for e in found if e["ph"] == "b"]) == 10


def test_an_arrow_leads_from_a_parent_to_each_child():
    family = [
        at(0, 100, traceId="t", spanId="a"),
        at(10, 20, traceId="t", spanId="b", parentId="a", priority="high"),
        at(50, 20, traceId="t", spanId="c", parentId="a", priority="low"),
        at(60, 5, traceId="another", spanId="d", parentId="a"),
    ]
    arrows = [e for e in events(family) if e["ph"] in "sf"]
    base = int(NOON) * 1000
    assert [(e["ph"], e["id"], e["ts"] - base) for e in arrows] == [
        ("s", 1, 0), ("f", 1, 10_000), ("s", 2, 0), ("f", 2, 50_000)
    ]  # fmt: skip
