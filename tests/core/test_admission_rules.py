"""The rules that a trace must pass before there is a question of room."""

from __future__ import annotations

import pytest

from pyqueue import Reason
from pyqueue.core.admission import source_of
from pyqueue.core.rate_limiter import MAX_BUCKETS, RateLimiter
from pyqueue.core.recent import RecentIds
from pyqueue.encoding import byte_size, encode
from pyqueue.parcel import pack
from pyqueue.testing.conformance.making import make_trace
from pyqueue.trace import QueuedTrace
from tests.support import CRITICAL, LOW, NORMAL, item, make_core


def named(name, id, priority=NORMAL, trace_id=""):
    text = encode({"id": id, "name": name})
    return QueuedTrace(id, priority, 0.0, trace_id, text, byte_size(text), 0.0)


def refused(core, *items, now=0.0):
    return [core.offer(one, now) for one in items]


def test_an_id_is_accepted_once_however_it_comes_again():
    core = make_core()
    assert refused(core, item("a")) == [None]
    assert refused(core, item("a")) == [Reason.DUPLICATE]
    core.offer_parcel(pack([item("b"), item("a"), item("b"), item("c")]), 0.0)
    assert [one.id for one in core.lanes] == ["a", "b", "c"]
    assert core.ledger.dropped == {Reason.DUPLICATE: 3}


def test_what_is_written_is_still_known_and_what_was_lost_may_come_again():
    core = make_core(max_queue_size=2)
    refused(core, item("written"))
    core.flush()
    core.written(core.next_batch(0.0), 0.0)
    refused(core, item("evicted", LOW), item("cancelled"), item("c", CRITICAL))
    core.cancel("cancelled", 0.0)
    assert refused(core, item("written"), item("cancelled")) == [Reason.DUPLICATE, None]
    core.cancel("cancelled", 0.0)
    assert refused(core, item("evicted")) == [None]


def test_only_so_many_ids_are_remembered():
    recent = RecentIds(100)
    for n in range(10_000):
        recent.add([str(n)])
        assert len(recent) <= 200
    assert all(str(n) in recent for n in range(9_900, 10_000))
    assert "0" not in recent


def test_without_a_memory_for_ids_nothing_is_a_duplicate():
    core = make_core(remember_ids=0)
    assert refused(core, item("a"), item("a")) == [None, None]


def test_a_source_may_send_a_burst_and_then_its_rate():
    core = make_core(rate_limit=10, rate_burst=3)
    clicks = [named("ui.click", str(n)) for n in range(20)]
    assert refused(core, *clicks[:4]) == [None] * 3 + [Reason.RATE_LIMITED]
    assert refused(core, *clicks[4:6], now=100.0) == [None, Reason.RATE_LIMITED]
    assert refused(core, *clicks[6:10], now=10_000.0) == [None] * 3 + [Reason.RATE_LIMITED]


def test_one_source_or_priority_does_not_use_up_the_rate_of_another():
    core = make_core(rate_limit=1, rate_burst=1)
    traces = [
        named("ui.click", "1"),
        named("ui.move", "2"),
        named("net.fetch", "3"),
        named("ui.click", "4", LOW),
    ]
    assert refused(core, *traces) == [None, Reason.RATE_LIMITED, None, None]


def test_critical_passes_the_rate_and_the_sampling():
    core = make_core(rate_limit=1, rate_burst=1, sample_rate=0)
    assert refused(core, *[item(str(n), CRITICAL) for n in range(5)]) == [None] * 5


def test_a_clock_that_jumps_back_takes_no_tokens_away():
    limiter = RateLimiter(rate=1, burst=2)
    assert limiter.allows("a", 5_000.0)
    assert limiter.allows("a", 0.0)
    assert not limiter.allows("a", 0.0)


def test_any_number_of_sources_takes_bounded_memory():
    limiter = RateLimiter(rate=1, burst=1)
    for n in range(MAX_BUCKETS * 3):
        limiter.allows(n, 0.0)
    assert len(limiter._buckets) == MAX_BUCKETS


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5])
def test_sampling_keeps_its_share_and_all_of_one_trace_or_nothing(rate):
    core = make_core(sample_rate=rate, max_queue_size=10_000)
    fates = {}
    for n in range(4_000):
        trace_id = f"t{n % 1_000}"
        reason = core.offer(named("a", str(n), trace_id=trace_id), 0.0)
        assert reason in (None, Reason.SAMPLED_OUT)
        assert fates.setdefault(trace_id, reason) is reason
    kept = sum(reason is None for reason in fates.values()) / len(fates)
    assert abs(kept - rate) < 0.05


@pytest.mark.parametrize(
    ("name", "source"), [("checkout.submit", "checkout"), ("plain", "plain"), ('a"b.c', 'a\\"b')]
)
def test_a_source_is_the_name_up_to_its_first_dot(name, source):
    assert source_of(named(name, 'an id with "name":"decoy.x"')) == source


def test_many_at_once_meet_the_same_rules_as_one_by_one():
    together, apart = (
        make_core(rate_limit=5, rate_burst=5, sample_rate=0.7, max_trace_bytes=150) for _ in "ab"
    )
    traces = [item(str(n % 30), NORMAL, 100 + n) for n in range(100)]
    together.offer_parcel(pack(traces), 0.0)
    for one in traces:
        apart.offer(one, 0.0)
    assert together.ledger.dropped == apart.ledger.dropped
    assert together.ledger.total("accepted") == apart.ledger.total("accepted") > 0


@pytest.mark.parametrize("fields", [{"id": "\ud800"}, {"id": "a", "trace_id": "\udfff"}], ids=str)
def test_sampling_judges_an_id_that_utf8_can_not_hold_like_any_other(fields):
    few, most = (make_core(sample_rate=rate) for rate in (0, 0.999999))
    assert refused(few, named("a", **fields)) == [Reason.SAMPLED_OUT]
    assert refused(most, named("a", **fields)) == [None]


def test_sampling_keeps_every_error_whatever_its_priority():
    core = make_core(sample_rate=0)
    fields = [{"status": "error"}, {"error": {"message": "x"}}, {"error": {}}, {"status": "ok"}]
    traces = [make_trace(str(n), LOW, **some) for n, some in enumerate(fields)]
    assert refused(core, *traces) == [None, None, None, Reason.SAMPLED_OUT]


@pytest.mark.parametrize("key", ["error", "status"])
def test_sampling_takes_no_attribute_for_an_error(key):
    core = make_core(sample_rate=0)
    trace = make_trace("a", attributes={key: "error", "deep": [{key: "error"}]})
    assert refused(core, trace) == [Reason.SAMPLED_OUT]
