"""OTLP lines are what OpenTelemetry's own code takes them for, and their ids hang together."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue.formats.otlp import span_of
from pyqueue.formats.record import record
from tests.formats.samples import NOON, SAMPLE, file, traces
from tests.formats.test_hostile import TRACES
from tests.support import reproducible


def lines(made, **options):
    return [json.loads(line) for line in file(made, "otlp", **options).split("\n")[:-1]]


def spans(made, **options):
    return [
        span
        for line in lines(made, **options)
        for resource in line["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def attributes(span):
    return {pair["key"]: pair["value"] for pair in span["attributes"]}


def through_protobuf(line):
    """As OpenTelemetry's protobuf has it, in the JSON form that OTLP differs from by its ids."""
    from google.protobuf.json_format import MessageToDict, ParseDict
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ParseDict(line, ExportTraceServiceRequest())
    again = ExportTraceServiceRequest.FromString(request.SerializeToString())
    return MessageToDict(again, use_integers_for_enums=True)


def normal(value):
    """What protobuf leaves out or writes in another way, in one way: empty values and zeros."""
    if isinstance(value, dict):
        return {
            key: item
            for key, inner in value.items()
            if (item := normal(inner)) not in ({}, [], "0", 0) or key.endswith("Value")
        }
    return [normal(item) for item in value] if isinstance(value, list) else value


@pytest.mark.cpython_only
@reproducible
@given(st.lists(traces(), max_size=4))
def test_any_trace_passes_through_opentelemetry_s_protobuf_unchanged(made):
    """Plain parsing is too lenient: what it does not know, or mistakes, shows when it is back."""
    for line in lines(made):
        assert normal(through_protobuf(line)) == normal(line)


@pytest.mark.cpython_only
def test_hostile_traces_do_too():
    for line in lines(TRACES):
        assert normal(through_protobuf(line)) == normal(line)


def test_ids_are_hexadecimal_and_a_child_finds_its_parent():
    made = [
        {"name": "parent", "id": "1", "traceId": "visit 1", "spanId": "a"},
        {"name": "child", "id": "2", "traceId": "visit 1", "spanId": "b", "parentId": "a"},
        {"name": "other visit", "id": "3", "traceId": "visit 2", "spanId": "a"},
        {"name": "alone", "id": "4"},
        {"name": "zeros", "id": "5", "traceId": "0" * 32, "spanId": "0" * 16},
    ]
    parent, child, other, alone, zeros = found = spans(made)
    assert parent["traceId"] == child["traceId"] != other["traceId"]
    assert parent["spanId"] == child["parentSpanId"] != other["spanId"]
    assert len({span["spanId"] for span in found}) == 5
    for span in (*found, alone, zeros):
        assert len(bytes.fromhex(span["traceId"])) == 16
        assert any(bytes.fromhex(span["traceId"]))
        assert len(bytes.fromhex(span["spanId"])) == 8
        assert any(bytes.fromhex(span["spanId"]))
    assert spans(made) == found


def test_valid_ids_are_kept():
    own = spans(SAMPLE)[1]
    assert own["traceId"] == "5b8efff798038103d269b633813fc60c"
    assert (own["parentSpanId"], own["spanId"]) == ("eee19b7ec3c1b174", "eee19b7ec3c1b175")
    assert "pyqueue.trace_id" not in attributes(own)


def test_an_error_is_a_status_and_an_exception():
    failed = spans(SAMPLE)[0]
    assert failed["status"] == {"code": 2, "message": "cart is undefined"}
    (event,) = failed["events"]
    assert event["name"] == "exception"
    assert attributes(event)["exception.type"] == {"stringValue": "TypeError"}
    assert "submit" in attributes(event)["exception.stacktrace"]["stringValue"]


def test_times_are_ns_as_text_and_what_has_no_duration_takes_no_time():
    event = spans(SAMPLE)[2]
    assert event["startTimeUnixNano"] == event["endTimeUnixNano"] == f"{int(NOON + 150)}000000"
    assert spans(SAMPLE)[0]["startTimeUnixNano"] == f"{int(NOON)}250000"


def test_what_receivers_refuse_is_not_in_it():
    trace = {"name": "a", "attributes": {"nan": float("nan"), "none": None, "in": [None], "": 1}}
    found = attributes(spans([trace])[0])
    assert found["nan"] == {"stringValue": "[NaN]"}
    assert "none" not in found
    assert found["in"] == {"arrayValue": {"values": [{"stringValue": "[null]"}]}}
    assert found["[empty]"] == {"intValue": "1"}


def test_attributes_named_as_ours_are_kept_apart():
    trace = {"name": "a", "id": "1", "attributes": {"pyqueue.id": "mine"}}
    keys = [pair["key"] for pair in span_of(record(trace))["attributes"]]
    assert keys.count("pyqueue.id") == 1
    assert "pyqueue.attributes.pyqueue.id" in keys


def test_a_line_holds_up_to_100_spans_by_session():
    made = [SAMPLE[0] | {"id": f"0mwrie4kyabcdefg{n // 60}-{n}"} for n in range(240)]
    sizes = [
        [len(resource["scopeSpans"][0]["spans"]) for resource in line["resourceSpans"]]
        for line in lines(made)
    ]
    assert sizes == [[60, 40], [20, 60, 20], [40]]
    assert all(a["startTimeUnixNano"] <= b["startTimeUnixNano"] for a, b in pairwise(spans(made)))
    assert len(lines(made, spans=1)) == 240
    with pytest.raises(ValueError, match="spans must be a whole number of at least 1, not 0"):
        lines(made, spans=0)
