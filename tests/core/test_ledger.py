"""The counters: whatever happens to traces, in whatever order, the law holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyqueue import Reason
from pyqueue.core.ledger import HELD, STATES, Ledger
from tests.support import HIGH, LOW, NORMAL, reproducible

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["refuse", "accept", "evict", "cancel", "seal", "fail", "retry", "write", "bury"]
        ),
        st.integers(0, 3),
    ),
    max_size=60,
)


@reproducible
@given(steps)
def test_the_law_holds_after_every_step_that_a_trace_can_take(taken):
    ledger = Ledger()
    for step, priority in taken:
        needs = {"accept": None, "refuse": None, "retry": "retrying", "bury": "retrying",
                 "fail": "in_flight", "write": "in_flight"}.get(step, "queued")  # fmt: skip
        if needs and not ledger.of(needs)[priority]:
            continue
        match step:
            case "refuse":
                ledger.refuse(priority, Reason.QUEUE_FULL)
            case "accept" | "cancel":
                getattr(ledger, step)(priority, 10)
            case "evict":
                ledger.evict(priority, 10, Reason.MEMORY)
            case "seal" | "fail" | "retry":
                getattr(ledger, step)(priority, 1)
            case "write" | "bury":
                getattr(ledger, step)(priority, 1, 10)
        assert ledger.broken_laws() == []
        assert ledger.held == sum(ledger.total(state) for state in HELD)
        assert ledger.held_bytes == 10 * ledger.held


def test_refused_evicted_and_dead_are_dropped_by_reason():
    ledger = Ledger()
    for _ in range(3):
        ledger.accept(LOW, 10)
    ledger.refuse(LOW, Reason.QUEUE_FULL)
    ledger.evict(LOW, 10, Reason.QUEUE_FULL)
    ledger.seal(LOW, 2)
    ledger.fail(LOW, 2)
    ledger.bury(LOW, 2, 20)
    assert ledger.dropped == {Reason.QUEUE_FULL: 2, Reason.RETRIES: 2}
    assert (ledger.total("dead"), ledger.total("failures"), ledger.held) == (2, 2, 0)


def test_a_trace_that_changes_priority_counts_as_if_it_had_come_with_the_new_one():
    ledger = Ledger()
    ledger.accept(LOW, 100)
    ledger.reprioritize(LOW, HIGH, 1)
    assert ledger.of("offered") == ledger.of("accepted") == ledger.of("queued") == [0, 0, 1, 0]
    assert ledger.held_bytes == 101
    assert ledger.broken_laws() == []


def test_the_stored_account_is_the_counters_once_all_in_flight_is_written():
    ledger = Ledger()
    ledger.accept(NORMAL, 30, 3)
    ledger.refuse(NORMAL, Reason.TOO_LARGE)
    ledger.seal(NORMAL, 2)
    account = ledger.account("s", 7.0)
    assert account == {
        **dict.fromkeys(STATES, 0), "session": "s", "updated": 7.0, "offered": 4, "accepted": 3,
        "refused": 1, "written": 2, "queued": 1, "dropped_by_reason": {"too_large": 1},
    }  # fmt: skip
    ledger.write(NORMAL, 2, 20)
    assert {**ledger.account("s", 7.0)} == account


def test_a_broken_law_is_told_with_its_figures():
    ledger = Ledger()
    ledger.seal(HIGH, 1)  # never accepted
    told = " ".join(ledger.broken_laws())
    assert "priority 2" in told
    assert "negative" in told


def test_what_it_gives_out_can_not_change_it():
    ledger = Ledger()
    ledger.of("offered")[LOW] = 5
    assert ledger.total("offered") == 0


def test_its_repr_shows_every_counter():
    assert all(f"{state}=0" in repr(Ledger()) for state in STATES)
