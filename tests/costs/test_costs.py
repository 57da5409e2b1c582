"""What the queue's operations cost a trace, in instructions: no wall clock, so no chance."""

from __future__ import annotations

import pytest

from tests.costs.counting import count
from tests.costs.figures import LARGE, VERSION, cost, recorded
from tests.costs.operations import OPERATIONS

RISE = 1.03
VERSIONS_DIFFER = 1.25
GROWTH = 1.2


def allowed(operation):
    figures = recorded()
    if VERSION in figures:
        return RISE * figures[VERSION][operation]
    return VERSIONS_DIFFER * max(known[operation] for known in figures.values())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_costs_more_than_it_did(operation):
    found = cost(operation)
    assert found <= allowed(operation), f"{operation}: {found}; if it is worth it: make costs"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_costs_more_where_many_wait(operation):
    assert cost(operation, LARGE) <= GROWTH * cost(operation)


def test_every_figure_is_of_an_operation_that_there_is():
    assert all(known.keys() == OPERATIONS.keys() for known in recorded().values())


def test_every_instruction_counts_also_those_of_what_is_called():
    def work(times):
        return lambda: sum([double(number) for number in range(times)])

    def double(number):
        return number + number

    once, twice, thrice = (count(work(times)) for times in (10, 20, 30))
    assert twice - once == thrice - twice >= 10 * 4
