"""What is exported can be imported: the same traces, as far as the format can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyqueue.formats.safe import utf8
from tests.formats.samples import NOON, back, file, pieces, text, traces
from tests.support import reproducible

clean = text.map(utf8)
clean_values = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False) | clean,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(clean.filter(bool), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


def as_utf8(value):
    """Without lone surrogates, which no file holds. Keys may become one."""
    if isinstance(value, str):
        return utf8(value)
    if isinstance(value, list):
        return [as_utf8(item) for item in value]
    if isinstance(value, dict):
        return {utf8(key): as_utf8(item) for key, item in value.items()}
    return value


@reproducible
@given(st.lists(traces(), max_size=4), st.integers(1, 200), st.sampled_from(["ndjson", "json"]))
def test_any_trace_comes_back_from_json_and_ndjson(made, size, format):
    assert back(made, format, size) == as_utf8(made)


def close(trace):
    """Times as ns have them."""
    return trace | {
        key: pytest.approx(trace[key], rel=0, abs=1e-5) for key in ("timestamp", "duration")
    }


@reproducible
@given(st.lists(traces(clean_values, clean), max_size=4), st.integers(1, 200))
def test_any_trace_comes_back_from_otlp_but_for_none_and_large_integers(made, size):
    made = as_utf8(made)
    for trace in made:
        trace["attributes"].pop("", None)
        if isinstance(trace.get("error"), dict):
            trace["error"].pop("", None)
        if not trace.get("error", True):
            del trace["error"]
    assert back(made, "otlp", size) == [close(trace) for trace in made]


@pytest.mark.parametrize("timestamp", [NOON + 0.001, NOON + 1 / 3, 1.5, 0, -5.0, 1e300, -1e300])
@pytest.mark.parametrize("duration", [0, 1 / 3, 1e-7, -2.5, 1e300])
def test_times_come_back_from_otlp_also_those_that_it_has_no_place_for(timestamp, duration):
    trace = {"id": "a", "name": "a", "priority": "low", "attributes": {}}
    trace |= {"timestamp": timestamp, "duration": duration}
    (found,) = back([trace], "otlp")
    assert found["timestamp"] == timestamp
    assert found["duration"] == pytest.approx(duration, abs=1e-6)


def test_pieces_may_end_anywhere():
    assert pieces("abcde", 2) == ["ab", "cd", "e"]
    made = [{"id": "1", "name": "é\n\u2028", "priority": "low", "timestamp": 12, "duration": 34}]
    made[0]["attributes"] = {"a": 1.5e10, "b": [True, "]", "}"]}
    for format in ("ndjson", "json", "otlp"):
        for size in range(1, 40):
            assert back(made, format, size) == made


def test_what_is_nested_comes_back_from_otlp_16_levels_deep_and_then_as_text():
    attributes = {"a": 1}
    for _ in range(14):
        attributes = {"a": attributes}
    trace = {"id": "a", "name": "a", "priority": "low", "timestamp": 1, "duration": 0}
    assert back([trace | {"attributes": attributes}], "otlp") == [
        trace | {"attributes": attributes}
    ]
    (deep,) = back([trace | {"attributes": {"a": {"a": {"a": attributes}}}}], "otlp")
    assert '{\\"a\\":' in file([deep], "ndjson")
