"""Files as they are, to look at: golden/ holds one of each format, of the same three traces."""

from __future__ import annotations

import pytest

from pyqueue.formats import FORMATS, format_named, read_traces, written
from tests.formats.samples import GOLDEN, SAMPLE, back, file


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_as_it_was(name):
    golden = (GOLDEN / f"sample.{FORMATS[name].extension}").read_bytes()
    assert file(SAMPLE, name).encode() == golden


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_what_was_written_reads_back_and_the_format_is_told_by_its_beginning(name):
    assert back(SAMPLE, name) == SAMPLE


def test_otlp_reads_back_but_for_what_is_none():
    without = SAMPLE[2] | {"attributes": {"text": SAMPLE[2]["attributes"]["text"]}}
    assert back(SAMPLE, "otlp") == [*SAMPLE[:2], without]


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_without_traces_is_a_whole_one(name):
    content = file([], name)
    if FORMATS[name].read:
        assert list(read_traces([content], name)) == []
        assert list(read_traces([content])) == []


@pytest.mark.parametrize("name", FORMATS)
def test_traces_are_asked_for_one_at_a_time(name):
    """Whatever there are: a file is begun before the second trace is there."""
    asked = []

    def source():
        for number in range(1_000):
            asked.append(number)
            yield SAMPLE[1] | {"id": str(number)}

    content = written(source(), name)
    next(content)
    assert len(asked) <= 100


def test_an_unknown_format_is_told_with_those_that_there_are():
    with pytest.raises(ValueError, match="one of json, text, ndjson, csv, chrome, otlp, not 'xml'"):
        format_named("xml")
    with pytest.raises(ValueError, match="'csv' can't be read back; use one of json, ndjson, otlp"):
        read_traces([], "csv")
