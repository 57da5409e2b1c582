"""What becomes of a batch that failed, and who goes first meanwhile."""

from __future__ import annotations

import pytest

from pyqueue import StoreRejected, StoreUnavailable
from tests.support import CRITICAL, NORMAL, item, make_core


def offer(core, *priorities, size=100, now=0.0):
    for priority in priorities:
        number = core.ledger.total("offered")
        assert core.offer(item(str(number), priority, size, now), now) is None


def ids(batch):
    return [one.id for one in batch.traces()]


def fail(core, batch, now, error=None):
    return core.failed(batch, error or ValueError("no"), now, 0.0)


def test_a_failed_batch_waits_longer_each_time_and_others_pass_it():
    core = make_core(max_retries=9)
    offer(core, CRITICAL)
    batch, now, waits = core.next_batch(0.0), 0.0, []
    for _ in range(8):
        fail(core, batch, now)
        waits.append(core.wake_at(now) - now)
        now += waits[-1]
        assert core.next_batch(now - 0.1) is None
        batch = core.next_batch(now)
    assert waits == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]
    fail(core, batch, now)
    offer(core, CRITICAL)
    assert ids(core.next_batch(now)) == ["1"]


def test_a_retry_is_the_same_batch_with_the_same_numbers_and_keeps_its_place():
    core = make_core(max_batch_size=1)
    offer(core, NORMAL)
    first = core.next_batch(0.0)
    fail(core, first, 0.0)
    offer(core, NORMAL)
    second = core.next_batch(0.0)
    again = core.next_batch(100.0)
    assert again is first
    assert first.rows[0].seq_first < second.rows[0].seq_first


def test_what_is_urgent_goes_before_a_retry_and_a_retry_before_what_is_due():
    core = make_core(max_batch_size=1, max_in_flight=3)
    offer(core, NORMAL)
    retried = core.next_batch(0.0)
    fail(core, retried, 0.0)
    offer(core, NORMAL, CRITICAL, now=100.0)
    assert [ids(core.next_batch(100.0)) for _ in range(3)] == [["2"], ["0"], ["1"]]


def test_a_flush_does_not_wait_for_a_retry_s_time_and_keeps_the_order_of_batches():
    core = make_core(max_batch_size=1, retry_base_delay=4_000)
    offer(core, NORMAL, NORMAL)
    batches = [core.next_batch(0.0), core.next_batch(0.0)]
    fail(core, batches[1], 0.0)
    fail(core, batches[0], 1.0)
    core.flush()
    assert [ids(core.next_batch(2.0)) for _ in range(2)] == [["0"], ["1"]]


@pytest.mark.parametrize("retries", [0, 2])
def test_it_is_given_up_after_as_many_retries_as_allowed_and_none_is_none(retries):
    core = make_core(max_retries=retries)
    offer(core, CRITICAL)
    now, letters = 0.0, []
    while not letters:
        now += 10_000
        letters = fail(core, core.next_batch(now), now)
    assert now == 10_000 * (retries + 1)
    assert [(letter.id, letter.attempts) for letter in letters] == [("0", retries + 1)]
    assert core.wake_at(now) is None
    assert (core.ledger.total("dead"), core.ledger.held) == (1, 0)


def test_an_unavailable_store_never_speaks_against_a_batch():
    core = make_core(max_retries=0, breaker_threshold=1_000)
    offer(core, CRITICAL)
    now = 0.0
    for _ in range(100):
        now += 10_000
        assert fail(core, core.next_batch(now), now, StoreUnavailable("down")) == []
    assert fail(core, core.next_batch(now + 10_000), now + 10_000)


def test_an_open_breaker_lets_nothing_go_until_its_probe_and_then_one_at_a_time():
    core = make_core(max_batch_size=1, breaker_threshold=1, breaker_cooldown=5_000)
    offer(core, CRITICAL, CRITICAL)
    fail(core, core.next_batch(0.0), 0.0, StoreUnavailable("down"))
    assert core.next_batch(4_999.0) is None
    assert core.wake_at(0.0) == 5_000.0
    probe = core.next_batch(5_000.0)
    assert probe is not None
    assert core.next_batch(5_000.0) is None
    assert core.wake_at(5_000.0) is None
    core.written(probe, 5_001.0)
    assert core.next_batch(5_001.0) is not None


def test_when_it_has_no_batch_it_never_says_to_wake_at_once():
    """Otherwise the pump would spin."""
    core = make_core(max_batch_size=2, breaker_threshold=2, max_in_flight=2, breaker_cooldown=100)
    under_way, now, states = [], 0.0, set()
    for step in range(400):
        now += step % 7 * 20
        if step % 3 == 0:
            offer(core, step % 4, now=now)
        if step % 5 == 0 and under_way:
            batch = under_way.pop(0)
            if step % 20 == 0:
                core.written(batch, now)
            else:
                fail(core, batch, now, StoreUnavailable())
        batch = core.next_batch(now)
        if batch is None:
            wake_at = core.wake_at(now)
            assert wake_at is None or wake_at > now
        else:
            under_way.append(batch)
        states.add(core.batcher.breaker.state)
    assert states == {"closed", "open", "half-open"}


def test_a_store_that_rejects_a_batch_answers_and_opens_no_breaker():
    core = make_core(breaker_threshold=2, max_retries=9)
    core.offer(item(), 0.0)
    core.flush()
    for now in range(0, 100_000, 10_000):
        batch = core.next_batch(now)
        core.failed(batch, StoreRejected("poison"), now, now)
        assert core.batcher.breaker.state == "closed"
