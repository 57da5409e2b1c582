"""Long random walks through the whole queue, and the kit that makes them."""

from __future__ import annotations

import sys

import pytest

from pyqueue.core.ledger import STATES
from pyqueue.core.queue import QueueCore
from pyqueue.testing.simulator import Report, SimulationFailed, Violation, replay, simulate
from pyqueue.testing.simulator.__main__ import main
from pyqueue.testing.simulator.schedule import ACTIONS
from pyqueue.testing.simulator.shrink import shrink
from pyqueue.testing.simulator.store import FATES, SimulatedStore
from pyqueue.testing.simulator.world import World
from pyqueue.verdict import Reason

SEEDS = range(5)
STEPS = 5_000 if sys.platform == "emscripten" else 20_000


class Forgetful(QueueCore):
    """Cancels without telling anyone but the lanes."""

    def cancel(self, id, now):
        item = self.find(id)
        if item is not None:
            self.lanes.remove(item)
        return item is not None


@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_is_kept_on_a_long_random_walk(seed):
    report = simulate(seed, STEPS)
    assert report.steps == STEPS
    assert report.totals["written"] > STEPS / 20


def test_the_same_seed_is_the_same_walk_and_another_is_another():
    report = simulate(1, 3_000)
    assert simulate(1, 3_000) == report
    assert simulate(2, 3_000).digest != report.digest


def test_whatever_can_happen_does_happen(monkeypatch):
    done, fates, reasons = set(), set(), set()
    check, answer = World.check, SimulatedStore.answer

    def watched_check(world):
        check(world)
        reasons.update(world.model.dropped)

    def watched_answer(store, batch, fate):
        fates.add(fate)
        return answer(store, batch, fate)

    monkeypatch.setattr(World, "check", watched_check)
    monkeypatch.setattr(SimulatedStore, "answer", watched_answer)
    for name in ACTIONS:
        method = getattr(World, name)
        monkeypatch.setattr(World, name, lambda *a, _m=method, _n=name: (done.add(_n), _m(*a))[1])
    report = simulate(3, 20_000)
    assert done == set(ACTIONS)
    assert fates == set(FATES)
    assert reasons == set(Reason) - {Reason.CONSENT}  # no action of the walk takes it back
    assert all(report.totals[state] for state in STATES)


@pytest.mark.cpython_only  # the walk is too short inside Pyodide to meet the fault
def test_a_failing_seed_ends_in_a_short_trace_that_fails_again_when_it_is_pasted():
    with pytest.raises(SimulationFailed, match="seed 4") as failed:
        simulate(4, STEPS, core=Forgetful, shrink_runs=2_000)
    assert len(failed.value.trace) <= 3
    code = str(failed.value).split("\n", 1)[1]
    with pytest.raises(Violation) as again:
        eval(code, {"replay": lambda trace: replay(trace, core=Forgetful)})
    assert str(again.value) == str(failed.value.violation)
    assert eval(code, {"replay": replay}).steps == len(failed.value.trace)


def test_shrinking_keeps_what_is_needed_and_nothing_else():
    def fails(trace):
        if ("a",) in trace and ("b", 3) in trace[trace.index(("a",)) :]:
            violation = Violation("rule", "a before b")
            violation.step = trace.index(("b", 3))
            return violation
        return None

    trace = [("x", n) for n in range(40)] + [("a",)] + [("y", (1, 2))] * 30 + [("b", 3)]
    assert shrink(trace, Violation("rule", ""), fails, 5_000)[0] == [("a",), ("b", 3)]


def test_whatever_the_queue_raises_fails_the_seed():
    class Raising(QueueCore):
        def flush(self):
            raise ZeroDivisionError("by chance")

    with pytest.raises(SimulationFailed, match="ZeroDivisionError: by chance"):
        simulate(0, STEPS, core=Raising, shrink_runs=2_000)


def test_the_command_tells_what_it_did_and_what_failed(capsys, monkeypatch):
    assert main(["--seed", "2", "--steps", "2000"]) == 0
    assert "seed 2: 2,000 steps" in capsys.readouterr().out
    monkeypatch.setattr(QueueCore, "cancel", Forgetful.cancel)
    assert main(["--seed", "2", "--steps", "20000", "--shrink", "1000"]) == 1
    assert "replay([" in capsys.readouterr().out


def test_a_report_tells_its_figures():
    assert str(Report(seed=7, steps=1_000, totals={"written": 3})).endswith("3 written")
