"""The two formats for people: JSON as verbose as is asked for, and text in 80 columns."""

from __future__ import annotations

import json

import pytest

from pyqueue.formats.wording import duration_text, iso_time, outcome, width, wrapped
from tests.formats.samples import NOON, SAMPLE, file

LONG = {"id": "l", "name": "long", "priority": "low", "timestamp": NOON, "duration": 1}
LONG["attributes"] = {"short": "x" * 900, "long": ["x" * 5_000], "longest": "x" * 50_000}


def document(made, **options):
    return json.loads(file(made, "json", **options))


def test_minimal_tells_what_happened_when_and_what_went_wrong():
    (trace,) = document(SAMPLE[:1], verbosity="minimal")["traces"]
    assert trace == {
        "id": "0mwrie4kyabcdefgh-1", "name": "checkout.submit", "priority": "critical",
        "timestamp": NOON + 0.25, "duration": 1200.5, "status": "error",
        "error": "cart is undefined",
    }  # fmt: skip


def test_standard_has_no_stacks_and_detailed_has():
    (standard,) = document(SAMPLE[:1], verbosity="standard")["traces"]
    (detailed,) = document(SAMPLE[:1], verbosity="detailed")["traces"]
    assert standard == SAMPLE[0] | {"error": {"type": "TypeError", "message": "cart is undefined"}}
    assert detailed == SAMPLE[0] | {"time": "2026-09-21T14:13:20.000Z"}


@pytest.mark.parametrize(
    ("verbosity", "kept"), [("standard", [900, 1_000, 1_000]), ("detailed", [900, 5_000, 10_000])]
)
def test_less_than_verbose_leaves_out_the_ends_of_long_texts_and_says_so(verbosity, kept):
    (trace,) = document([LONG], verbosity=verbosity)["traces"]
    short, (long,), longest = trace["attributes"].values()
    assert [text.count("x") for text in (short, long, longest)] == kept
    assert longest.endswith("… [50,000 characters]")


def test_verbose_is_everything_and_what_there_is_without_asking():
    assert document([LONG]) | {"generated": 0} == document([LONG], verbosity="verbose") | {
        "generated": 0
    }
    assert document([LONG])["traces"][0]["attributes"] == LONG["attributes"]


def test_only_the_longer_two_are_indented():
    lines = {
        verbosity: file(SAMPLE, "json", verbosity=verbosity).count("\n")
        for verbosity in ("minimal", "standard", "detailed", "verbose")
    }
    assert lines["minimal"] == lines["standard"] == 1 + len(SAMPLE) + 1
    assert lines["detailed"] > 30


def test_a_summary_closes_the_document():
    summary = document(SAMPLE)["summary"]
    assert (summary["count"], summary["failed"]) == (3, 1)
    assert summary["byPriority"] == {"critical": 1, "high": 0, "normal": 1, "low": 1}
    assert summary["slowest"] == {"name": "checkout.submit", "duration": 1200.5}
    assert summary["since"] == "2026-09-21T14:13:20.000Z"


def test_an_unknown_verbosity_is_told():
    with pytest.raises(ValueError, match="one of minimal, standard, detailed, verbose, not 'all'"):
        file(SAMPLE, "json", verbosity="all")


def test_text_is_80_columns_wide_and_says_how_each_trace_ended():
    content = file([*SAMPLE, LONG], "text")
    assert max(map(width, content.split("\n"))) == 80
    assert [word for word in ("FAILED", "SUCCESS", "UNKNOWN") if word in content] == [
        "FAILED", "SUCCESS", "UNKNOWN"
    ]  # fmt: skip
    assert "\x1b" not in content


def test_colours_are_red_for_what_failed_and_cyan_for_ids():
    content = file(SAMPLE, "text", colours=True)
    assert "\x1b[31mFAILED\x1b[0m" in content
    assert "\x1b[32mSUCCESS\x1b[0m" in content
    assert "\x1b[36mown-id\x1b[0m" in content


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0ms"), (0.2, "<1ms"), (1, "1ms"), (999.4, "999ms"), (999.6, "1.00s"), (1_234, "1.23s"),
        (59_990, "59.99s"), (60_000, "1m 0s"), (125_000, "2m 5s"), (-5, "-5ms"), (1e300, "m"),
    ],
)  # fmt: skip
def test_durations_read_well(ms, words):
    assert words in duration_text(ms)


def test_times_read_well_also_those_that_no_calendar_has():
    assert iso_time(0) == "1970-01-01T00:00:00.000Z"
    assert iso_time(1e300) == "1e+300 ms"
    assert iso_time(-1e300) == "-1e+300 ms"


@pytest.mark.parametrize(
    ("trace", "word"),
    [
        ({}, "UNKNOWN"), ({"status": "ok"}, "SUCCESS"), ({"status": "error"}, "FAILED"),
        ({"status": "ok", "error": "e"}, "FAILED"), ({"status": "half done"}, "UNKNOWN"),
    ],
)  # fmt: skip
def test_how_a_trace_ended(trace, word):
    assert outcome(trace) == word


def test_lines_are_broken_by_columns_at_blanks():
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("日本語日本語", 6) == ["日本語", "日本語"]
    assert wrapped("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert wrapped("", 4) == [""]
