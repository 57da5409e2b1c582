"""What can't be read is told with its line."""

from __future__ import annotations

import re

import pytest

from pyqueue import FormatError
from pyqueue.formats import read_traces
from tests.formats.samples import SAMPLE, file, pieces

GOOD = '{"name":"a"}'


@pytest.mark.parametrize(
    ("format", "content", "words"),
    [
        ("ndjson", f"{GOOD}\n\n{{oops}}\n", "line 3: no JSON at column 2"),
        ("ndjson", f"{GOOD}\n[1]", "line 2: a trace is a JSON object, not list"),
        ("ndjson", f'{GOOD}\n{{"name": 3}}', "line 2: trace field 'name' must be a non-empty"),
        ("ndjson", '{"name":"a","timestamp":"x"}', "line 1: trace field 'timestamp' .*, not \"x\""),
        ("ndjson", '{"name":"a","timestamp":NaN}', "line 1: trace field 'timestamp' .*NaN"),
        ("json", '[{"name":"a","duration":true}]', "line 1: trace field 'duration' .*, not true"),
        ("ndjson", '{"name":"a","priority":"huge"}', "line 1: priority 'huge' is none of low"),
        ("ndjson", '{"name":"a","priority":[]}', "line 1: priority must be"),
        ("ndjson", "9" * 5_000, "line 1: .*digit"),
        ("ndjson", "[" * 200_000, "line 1: nested more than 200 levels deep"),
        ("ndjson", f'{GOOD}\n{{"name":"a","a":{"[[]," * 300}', "line 2: nested more than 200"),
        ("json", f'{{"traces":[{GOOD},\n{"[" * 200_000}', "line 2: nested more than 200 levels"),
        ("json", f"[{GOOD},\n{'[[],' * 300}", "line 2: nested more than 200 levels"),
        ("json", f'{{"traces":[\n{GOOD},\n{GOOD}', "line 3: ',' is missing before the end"),
        ("json", f'{{"traces":[\n{GOOD}\n{GOOD}]}}', "line 3: ',' is missing before '{'"),
        ("json", '{"traces":[\n{"name":\n oops}]}', "line 3: Expecting value"),
        ("json", '{"summary":{}}', "line 1: the document has no field 'traces'"),
        ("json", '{"traces":\n3}', r"line 2: '\[' is missing before '3'"),
        ("json", f"[{GOOD},\n null]", "line 2: a trace is a JSON object, not null"),
        ("otlp", '{"resourceSpans":[]}\n3', "line 2: an OTLP request is a JSON object"),
        ("otlp", '{"resourceSpans":[3]}', "line 1: no OTLP span"),
        (
            "otlp",
            '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"soon"}]}]}]}',
            "line 1: no OTLP span: .*soon",
        ),
        (
            "otlp",
            '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1e999}]}]}]}',
            "line 1: no OTLP span: .*infinity",
        ),
        (
            "otlp",
            f'{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"endTimeUnixNano":{10**400}}}]}}]}}]}}',
            "line 1: no OTLP span: .*too large",
        ),
        (None, "id,name\r\n1,a\r\n", "line 1: neither JSON nor lines of it"),
        (None, '{"traceEvents":[]}', "line 1: a Chrome trace can't be read back"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_line_is_told(format, content, words):
    with pytest.raises(FormatError, match=words) as told:
        list(read_traces([content], format))
    assert re.match(r"line \d+: ", str(told.value))


def test_what_comes_before_a_mistake_is_read():
    found = read_traces([f"{GOOD}\n{GOOD}\n", "oops"])
    assert [next(found)["name"], next(found)["name"]] == ["a", "a"]
    with pytest.raises(FormatError, match="line 3"):
        next(found)


def test_what_a_trace_lacks_is_filled_in_and_what_it_must_not_have_is_left_out():
    (found,) = read_traces(['{"name":"user:click","timestamp":null,"time":"noon","status":null}'])
    assert found == {
        "id": "", "name": "user:click", "priority": "high", "timestamp": 0, "duration": 0,
        "attributes": {},
    }  # fmt: skip


@pytest.mark.parametrize("priority", ['"High"', "2", "2.0"])
def test_a_priority_may_be_a_number_or_in_any_case(priority):
    (found,) = read_traces([f'{{"name":"a","priority":{priority}}}'])
    assert found["priority"] == "high"


def test_a_document_is_read_whatever_else_is_in_it_and_however_it_is_laid_out():
    before = '\ufeff { "a": [1, {"traces": 2}], "b": "]", "n": -12.5e3, '
    content = before + '"traces" : [ {"name":"a"} , {"name":"b"} ] , "c": 3 }'
    for size in range(1, 30):
        assert [one["name"] for one in read_traces(pieces(content, size), "json")] == ["a", "b"]
    assert [trace["name"] for trace in read_traces([content])] == ["a", "b"]
    assert [trace["name"] for trace in read_traces(['[\n{"name":"a"}]'])] == ["a"]


def test_spans_that_others_wrote_are_traces_too():
    line = (
        '{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"traceId":"aa","spanId":"bb",'
        '"name":"GET","kind":3,"startTimeUnixNano":"1000000","endTimeUnixNano":"3500000",'
        '"attributes":[{"key":"http.status_code","value":{"intValue":"200"}}],'
        '"status":{"code":"STATUS_CODE_ERROR"}}]}]}]}'
    )
    assert list(read_traces([line, '\n{"resourceLogs":[]}\n'])) == [
        {
            "id": "aa-bb", "name": "GET", "priority": "critical", "timestamp": 1.0, "duration": 2.5,
            "attributes": {"http.status_code": 200}, "traceId": "aa", "spanId": "bb",
            "status": "error",
        }
    ]  # fmt: skip


def test_a_large_file_is_read_in_little_memory():
    """The source is asked for no more than the next trace takes."""
    asked = []

    def source():
        whole = file(SAMPLE * 100, "json")
        for at in range(0, len(whole), 1_000):
            asked.append(at)
            yield whole[at : at + 1_000]

    found = read_traces(source())
    for _ in range(3):
        next(found)
    assert len(asked) < 10


def test_brackets_in_texts_are_no_nesting():
    trace = {"id": "a", "name": "[" * 999 + '"\\' + "{" * 999, "priority": "low", "timestamp": 1}
    trace |= {"duration": 1, "attributes": {"many": [[]] * 999}}
    for format in ("ndjson", "json", "otlp"):
        whole = file([trace] * 3, format)
        for size in (7, 1_000, len(whole)):
            assert list(read_traces(pieces(whole, size))) == [trace] * 3


@pytest.mark.parametrize("format", ["ndjson", "json", "otlp"])
def test_a_trace_may_speak_of_formats_without_being_taken_for_one(format):
    trace = SAMPLE[1] | {"name": '{"traces":[', "id": '"resourceSpans":'}
    trace["attributes"] = {"traces": [1], "resourceSpans": [], "traceEvents": []}
    assert list(read_traces([file([trace], format)])) == [trace]
