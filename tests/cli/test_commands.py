"""The command line on files that were exported: what it shows, writes and says."""

from __future__ import annotations

import json
import os
import sys

import pytest

from pyqueue.formats import FORMATS, read_traces
from pyqueue.formats.safe import visible
from tests.formats.samples import GOLDEN, NOON, SAMPLE, file
from tests.formats.test_hostile import HOSTILE

pytestmark = pytest.mark.cpython_only
pytest.importorskip("click", reason="the extra `cli` is not installed")

from click.testing import CliRunner  # noqa: E402

from pyqueue.cli import main  # noqa: E402
from pyqueue.cli.commands import cli  # noqa: E402


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a command in a folder that holds the samples; gives its output."""
    for path in GOLDEN.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words, status=0, piped=None):
        result = CliRunner().invoke(cli, words, input=piped)
        assert result.exit_code == status, result.output
        return result.output

    return run


@pytest.mark.parametrize("source", ["sample.ndjson", "sample.json", "sample.jsonl"])
def test_show_lists_what_is_in_a_file_of_any_format_that_reads_back(run, source):
    lines = run("show", source).splitlines()
    assert len(lines) == 1 + len(SAMPLE)
    assert "2026-09-21 14:13:20.000  critical  FAILED      1.20s  checkout.submit" in lines[1]
    assert "TypeError: cart is undefined" in lines[1]


def test_show_waterfall_draws_a_trace_s_spans_below_each_other_in_time(run):
    title, parent, child, blank, other, event = run("show", "sample.ndjson", "--waterfall").split(
        "\n"
    )[:6]
    assert "2 spans  1.20s  5b8efff798038103d269b633813fc60c" in title
    assert parent.startswith("checkout.submit  ")
    assert child.startswith("  fetch /api/cart")
    assert parent.index("━") < child.index("━")
    assert parent.count("━") > 10 * child.count("━")
    assert child.endswith("80ms")
    assert (blank, other.split("  ")[1]) == ("", "1 span")
    assert event.count("◆") == 1


def test_show_trace_shows_its_spans_only(run):
    output = run("show", "sample.ndjson", "--trace", SAMPLE[0]["traceId"])
    assert len(output.splitlines()) == 3
    assert run("show", "sample.ndjson", "--trace", "unknown") == "no traces\n"


@pytest.mark.parametrize(
    ("where", "count"),
    [
        (["name:checkout.submit"], 1), (["name:*e*"], 3), (["priority=low"], 1), (["status:ok"], 1),
        (["status:error TypeError"], 1), (["attr.cart.items=3"], 1), (["attr.retry:false"], 1),
        (["attr.user.plan=pro"], 1), (["attr.user.plan=free"], 0), (["CART"], 2),
        (["cart", "priority:normal"], 1), (['"second line"'], 1), (['"line second"'], 0),
        (["日本語"], 1),
        ([f"since:{NOON + 50}"], 2), (["until:2026-09-21T14:13:20.100"], 2),
        (["since:2026-09-21T16:13:20.100+02:00"], 2), (["id:own-id"], 1), (["trace:none"], 0),
    ],
    ids=str,
)  # fmt: skip
def test_where_leaves_what_meets_all_terms(run, where, count):
    options = [word for terms in where for word in ("--where", terms)]
    output = run("convert", "sample.ndjson", "found.ndjson", *options)
    assert f"traces: {count}" in output


def test_words_with_colons_that_are_no_terms_are_looked_for(run, tmp_path):
    (tmp_path / "own.ndjson").write_text('{"name":"user:login"}\n{"name":"-5 https://a.test"}\n')
    for word in ("user:login", "https://a.test", "-5"):
        output = run("convert", "own.ndjson", "out.ndjson", f"--where={word}")
        assert "traces: 1" in output


def test_show_tells_how_many_more_there_are(run):
    assert "… and 2 more; --limit shows them" in run("show", "sample.ndjson", "--limit", "1")


@pytest.mark.parametrize("name", [*FORMATS])
def test_convert_writes_every_format_by_the_target_s_name(run, tmp_path, name):
    target = f"out.{FORMATS[name].extension}"
    run("convert", "sample.ndjson", target)
    written = (tmp_path / target).read_bytes().decode()
    if name in ("json", "text"):  # they tell when they were made
        assert len(written) == len(file(SAMPLE, name))
    else:
        assert written == file(SAMPLE, name)


def test_convert_takes_a_file_to_itself_pipes_and_options(run, tmp_path):
    run("convert", "sample.ndjson", "sample.ndjson", "--where", "cart")
    assert len((tmp_path / "sample.ndjson").read_text().splitlines()) == 2
    piped = (tmp_path / "sample.json").read_text()
    output = run("convert", "-", "-", "--to", "json", "--verbosity", "minimal", piped=piped)
    assert '"verbosity":"minimal"' in output
    run("convert", "sample.json", "out.jsonl", "--service", "shop")
    assert '"stringValue":"shop"' in (tmp_path / "out.jsonl").read_text()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes by name")
def test_convert_leaves_a_link_a_link_a_pipe_a_pipe_and_a_file_its_mode(run, tmp_path):
    real, link, pipe = (tmp_path / name for name in ("real.csv", "link.csv", "pipe.csv"))
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real.csv")
    run("convert", "sample.ndjson", "link.csv")
    assert (link.is_symlink(), real.read_bytes().decode()) == (True, file(SAMPLE, "csv"))
    assert real.stat().st_mode & 0o777 == 0o600
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run("convert", "sample.ndjson", "pipe.csv")
    assert (pipe.is_fifo(), os.read(end, 10**6).decode()) == (True, file(SAMPLE, "csv"))
    os.close(end)
    run("convert", "sample.ndjson", os.devnull, "--to", "csv")
    assert not list(tmp_path.glob(".*"))


def test_convert_brings_traces_in_the_order_of_time_for_chrome(run, tmp_path):
    (tmp_path / "late.ndjson").write_text(file(SAMPLE[::-1], "ndjson"))
    run("convert", "late.ndjson", "out.trace.json")
    assert (tmp_path / "out.trace.json").read_text() == file(SAMPLE, "chrome")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "nothing.json"], "nothing.json: No such file or directory"),
        (["show", "sample.csv"], "sample.csv: line 1: neither JSON nor lines of it"),
        (["show", "broken.ndjson"], "broken.ndjson: line 2: no JSON at column 1"),
        (["convert", "sample.json", "out"], "the name 'out' tells no format: say --to json or"),
        (["convert", "sample.json", "a.csv", "--verbosity", "minimal"], "--verbosity is for json"),
        (["show", "sample.json", "--where", "since:soon"], "'since:soon': a time is ms since"),
        (["show", "sample.json", "--where", "priority:urgent"], "priority 'urgent' is none of"),
        (["show", "sample.json", "--where", '"open'], "No closing quotation"),
        (["show", "far.jsonl"], "far.jsonl: line 1: no OTLP span"),
        (["show", "sample.json", "--where", "duration:>100"], "no term duration:; there are name:"),
        (["show", "sample.json", "--where", "span:a"], "there is no term span:"),
        (["show", "sample.json", "--where", "parentId:a"], "there is no term parentId:"),
        (["show", "sample.json", "--where", "Status:error"], "there is no term Status:"),
        (["show", "sample.json", "--where=-status:error"], "there is no '-' for"),
        (["convert", "sample.json", "no/a.csv"], "Error: no: there is no such folder"),
        (["show", "odd.ndjson"], "odd.ndjson: line 2: trace field 'timestamp' must be a number"),
    ],
    ids=str,
)  # fmt: skip
def test_a_mistake_is_one_line(run, tmp_path, words, message):
    (tmp_path / "broken.ndjson").write_text('{"name":"a"}\n\x1b[2J\n')
    (tmp_path / "odd.ndjson").write_text('{"name":"a"}\n{"name":"a","timestamp":"\\u001b"}\n')
    span = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1e999}]}]}]}'
    (tmp_path / "far.jsonl").write_text(span)
    output = run(*words, status=1)
    assert message in output
    assert len(output.strip().splitlines()) == 1
    assert "\x1b" not in output


def test_a_file_that_can_t_be_read_to_its_end_leaves_the_target_as_it_was(run, tmp_path):
    (tmp_path / "broken.ndjson").write_text('{"name":"a"}\noops\n')
    (tmp_path / "out.csv").write_text("before")
    run("convert", "broken.ndjson", "out.csv", status=1)
    assert (tmp_path / "out.csv").read_text() == "before"
    assert not list(tmp_path.glob(".*"))


def test_nothing_in_a_trace_reaches_the_terminal_as_a_command(run, tmp_path):
    values = [value for value in HOSTILE.values() if isinstance(value, str)]
    values += ["[bold red]no markup[/]", "[/nothing]", "a" * 200]
    texts = ("id", "traceId", "spanId", "parentId", "status")
    made = [
        {"name": value, "error": {"type": value, "message": value}} | dict.fromkeys(texts, value)
        for value in values
    ]
    (tmp_path / "evil.ndjson").write_text(file(made, "ndjson"), encoding="utf-8")
    for options in ([], ["--waterfall"]):
        output = run("show", "evil.ndjson", *options)
        assert all(visible(line) == line for line in output.splitlines())
        assert "[bold red]no markup[/]" in output


@pytest.mark.parametrize(
    "times", [[(-1.7e308, 0), (1.7e308, 0)], [(10**308, 10**308)], [(0, 5e-324)], [(0, -1.7e308)]]
)
def test_times_that_no_float_holds_are_drawn_all_the_same(run, tmp_path, times):
    made = [
        {"id": f"{n}", "name": "a", "timestamp": at, "duration": took, "traceId": "t"}
        for n, (at, took) in enumerate(times)
    ]
    (tmp_path / "odd.ndjson").write_text("\n".join(map(json.dumps, made)))
    assert run("show", "odd.ndjson", "--waterfall").count("\na ") == len(times)


def test_a_value_of_many_brackets_is_a_text(run):
    assert "no traces" in run("show", "sample.ndjson", "--where", f"attr.a={'[' * 5_000}")


def test_spans_that_are_their_own_ancestors_are_drawn_once(run, tmp_path):
    made = [
        SAMPLE[1] | {"name": name, "id": name, "spanId": span, "parentId": parent}
        for name, span, parent in (("one", "a", "b"), ("two", "b", "a"), ("own", "c", "c"))
    ]
    (tmp_path / "loop.ndjson").write_text(file(made, "ndjson"))
    output = run("show", "loop.ndjson", "--waterfall")
    assert [output.count(name) for name in ("one", "two", "own")] == [1, 1, 1]


def test_a_deep_chain_of_spans_stays_in_its_columns(run, tmp_path):
    made = [SAMPLE[1] | {"id": f"{n}", "spanId": f"{n}", "parentId": f"{n - 1}"} for n in range(99)]
    (tmp_path / "deep.ndjson").write_text(file(made, "ndjson"))
    output = run("show", "deep.ndjson", "--waterfall")
    assert max(map(len, output.splitlines())) <= 100


def test_without_its_libraries_it_says_how_to_get_them(monkeypatch):
    monkeypatch.delitem(sys.modules, "pyqueue.cli.commands")
    monkeypatch.setitem(sys.modules, "click", None)
    with pytest.raises(SystemExit, match=r"needs click, .*: pip install click rich"):
        main()


def test_golden_files_read_back_as_the_command_line_reads_them():
    for name in ("sample.ndjson", "sample.json"):
        with (GOLDEN / name).open(encoding="utf-8") as lines:
            assert json.dumps(list(read_traces(lines))) == json.dumps(SAMPLE)
