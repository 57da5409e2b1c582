"""Traces that come together go together, until one of them has to go alone."""

from __future__ import annotations

import json

import pytest

from pyqueue import Reason, StoreRejected
from pyqueue.batch import seal_row
from pyqueue.core.lanes import FifoLane
from pyqueue.parcel import Parcel, pack
from tests.support import CRITICAL, HIGH, LOW, NORMAL, item, make_core


def parcel(priority=NORMAL, count=3, size=100, at=0.0, name="p"):
    return pack(item(f"{name}{n}", priority, size, at + n) for n in range(count))


def ids(items):
    return [id for one in items for id in one.ids]


def queued(core):
    return [one.id for one in core.lanes]


def test_a_parcel_is_counted_ordered_and_written_as_one_and_never_opened():
    core = make_core(max_batch_size=4)
    low, high = parcel(LOW, name="l"), parcel(HIGH, name="h")
    core.offer_parcel(low, 0.0)
    core.offer_parcel(high, 0.0)
    assert (len(core.lanes), core.ledger.held, core.ledger.held_bytes) == (6, 6, 600)
    first = core.next_batch(0.0)
    assert [*first.items()] == [high]
    assert (first.count, first.tally, first.rows[0].seq_last) == (3, {HIGH: (3, 300)}, 3)
    core.written(first, 0.0)
    assert core.ledger.of("written") == [0, 0, 3, 0]
    assert (low._traces, high._traces) == ((), ())


def test_a_parcel_s_row_says_what_rows_of_single_traces_say():
    singles = [item(f"p{n}", NORMAL, 100, float(n)) for n in range(3)]
    assert seal_row("s", 1, [pack(singles)]) == seal_row("s", 1, singles)
    row = seal_row("s", 7, [singles[0], pack(singles[1:])])
    assert [trace["id"] for trace in json.loads(row.data)] == ["p0", "p1", "p2"]
    assert (row.count, row.bytes, row.seq_last) == (3, len(row.data), 9)


def test_opened_it_holds_what_was_packed():
    whole = parcel(count=3)
    texts = [item(f"p{n}", NORMAL, 100, float(n)).text for n in range(3)]
    assert [trace.text for trace in whole.traces()] == texts
    assert [trace.size for trace in whole.traces()] == [100, 100, 100]
    assert [trace.enqueued_at for trace in whole.traces()] == [0.0, 1.0, 2.0]
    assert whole.traces() is whole.traces()


@pytest.mark.parametrize("text", ['},{"id":"', "\\", '"', "\U0001f600 ü,\n", "[]{}"])
def test_opening_is_not_deceived_by_what_traces_say(text):
    one, other = item("a"), item("b")
    for trace in (one, other):
        trace.text = json.dumps(
            {"id": trace.id, "timestamp": 1.0, "name": text, "deep": [{}, text]}
        )
        trace.size = len(trace.text)
    assert [trace.text for trace in pack([one, other]).traces()] == [one.text, other.text]


def test_one_of_it_can_be_evicted_for_what_matters_more():
    core = make_core(max_queue_size=3)
    core.offer_parcel(parcel(LOW), 0.0)
    assert core.offer(item("h", HIGH), 0.0) is None
    assert queued(core) == ["h", "p1", "p2"]
    assert core.ledger.dropped == {Reason.QUEUE_FULL: 1}


def test_one_of_it_can_be_cancelled_or_moved_and_the_others_stay():
    core = make_core()
    core.offer_parcel(parcel(LOW), 0.0)
    assert core.cancel("p1", 0.0)
    assert core.reprioritize("p2", HIGH, 0.0)
    assert queued(core) == ["p2", "p0"]
    assert core.find("p1") is None


def test_where_not_all_of_it_fits_it_enters_trace_by_trace():
    core = make_core(max_queue_size=2)
    told = []
    core.on_settled = lambda fate, items: told.append((fate, ids(items)))
    core.offer_parcel(parcel(), 0.0)
    assert queued(core) == ["p0", "p1"]
    assert told == [("refused", ["p2"])]


def test_a_parcel_larger_than_a_batch_is_written_in_several():
    core = make_core(max_batch_size=2)
    core.offer_parcel(parcel(count=5), 0.0)
    core.flush()
    sizes = []
    while batch := core.next_batch(0.0):
        sizes.append(batch.count)
        core.written(batch, 0.0)
    assert sizes == [2, 2, 1]


def test_batches_that_became_smaller_hold_for_parcels_that_wait():
    core = make_core(max_batch_size=5, max_queue_size=10)
    core.offer_parcel(parcel(count=4), 0.0)
    core.configure(make_core(max_batch_size=2, max_queue_size=10).config, 0.0)
    assert core.next_batch(0.0).count == 2


def test_what_has_waited_too_long_takes_no_more_than_its_share_of_a_batch():
    core = make_core(max_batch_size=8, max_wait=100)
    core.offer_parcel(parcel(LOW, count=8, name="l"), 0.0)
    core.offer_parcel(parcel(HIGH, count=6, at=150.0, name="h"), 150.0)
    batch = core.next_batch(150.0)
    assert ids(batch.items()) == ["h0", "h1", "h2", "h3", "h4", "h5", "l0", "l1"]


def test_a_poisoned_trace_dies_alone_and_the_others_of_its_parcel_are_written():
    core = make_core(max_retries=0)
    core.offer_parcel(parcel(count=4), 0.0)
    core.flush()
    died, now = [], 0.0
    while core.ledger.held:
        batch = core.next_batch(now)
        if batch is None:
            now = core.wake_at(now)
        elif "p2" in ids(batch.items()):
            letters = core.failed(batch, StoreRejected("poison"), now, now)
            died += [letter.id for letter in letters]
        else:
            core.written(batch, now)
    assert died == ["p2"]
    assert core.ledger.total("written") == 3


def test_the_plain_queue_keeps_parcels_in_the_order_of_their_arrival():
    core = make_core(FifoLane)
    core.offer_parcel(parcel(LOW, name="l"), 0.0)
    core.offer(item("c", CRITICAL), 0.0)
    core.flush()
    batch = core.next_batch(0.0)
    assert ids(batch.items()) == ["l0", "l1", "l2", "c"]
    assert (batch.rows[0].mixed, batch.tally) == (True, {LOW: (3, 300), CRITICAL: (1, 100)})


def test_the_producer_s_numbers_go_through_a_parcel_that_was_opened():
    whole = parcel()
    whole.ref = 7
    assert [trace.ref for trace in whole.traces()] == [7, 8, 9]


def test_waits_of_a_parcel_count_as_spread_between_its_first_and_its_last():
    core = make_core()
    core.offer_parcel(parcel(count=100, at=0.0), 99.0)
    core.flush()
    core.written(core.next_batch(99.0), 109.0)
    waits = core.latencies[NORMAL]
    assert (waits.count, waits.max) == (100, 109.0)
    assert waits.mean == pytest.approx(59.5)
    assert 50 <= waits.quantile(0.5) <= 72
    assert 10 <= waits.quantile(0.01) <= 14


def test_a_text_that_stays_elsewhere_is_never_asked_for():
    class Handle:
        def __str__(self):
            raise AssertionError("copied")

        def array(self, *others):
            return self, *others

    core = make_core()
    for name in "ab":
        made = parcel(name=name)
        core.offer_parcel(Parcel(**{f: getattr(made, f) for f in FIELDS} | {"text": Handle()}), 0.0)
    core.flush()
    batch = core.next_batch(0.0)
    assert [type(handle) for handle in batch.rows[0].data] == [Handle, Handle]
    core.written(batch, 1.0)
    assert core.ledger.total("written") == 6


FIELDS = (
    *("priority", "count", "size", "enqueued_at", "last_at", "t_min", "t_max"),
    *("ids", "trace_ids"),
)
