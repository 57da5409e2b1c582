"""Bulks: the same result as one by one, in as few calls as order allows."""

from __future__ import annotations

from itertools import count, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyqueue.write_queue import (
    DeleteOperation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
    plan,
)
from pyqueue.write_queue.plan import TYPES, must_precede
from tests.support import examples, reproducible
from tests.write_queue.support import one_by_one, some_operations

MAKERS = {
    "s": lambda id: StoreOperation(id, "x"),
    "u": lambda id: UpdateOperation(id, {"content": "y"}),
    "d": DeleteOperation,
    "v": lambda id: VectorOperation(id, [1.0]),
}


def made(words):
    """ "sa va db": store a, vector a, delete b."""
    return [MAKERS[word[0]](word[1:]) for word in words.split()]


def shape(bulks):
    return " ".join(bulk.type[0] + "".join(one.id for one in bulk.operations) for bulk in bulks)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ""),
        ("sa sb sc", "sabc"),
        ("sa vb sc vd", "sac vbd"),
        ("sa ub sc ud", "sac ubd"),
        ("sa va sb vb", "sab vab"),  # a vector and a store of one entry may change places
        ("va sa vb sb", "sab vab"),
        ("sa ua sb ub", "sab uab"),
        ("ua sb ub", "sb uab"),
        ("sa da sa", "sa da sa"),
        ("sa sa sa", "saaa"),
        ("sa da sb db", "sab dab"),
        ("da sa sb db", "sb dab sa"),
        ("da va sb db vb", "sb dab vab"),
    ],
)
def test_operations_of_one_type_are_gathered_where_order_allows(words, expected):
    assert shape(plan(made(words))) == expected


def keeps_order(operations, planned):
    """Whether no two that must keep their order have changed it; each operation is itself."""
    place = {id(operation): n for n, operation in enumerate(planned)}
    return all(
        place[id(a)] < place[id(b)]
        for n, a in enumerate(operations)
        for b in operations[n + 1 :]
        if a.id == b.id and must_precede(a.type, b.type)
    )


@settings(reproducible, max_examples=examples(300))
@given(st.lists(some_operations, max_size=24))
def test_a_plan_holds_each_operation_once_in_order_and_has_the_same_result(operations):
    bulks = plan(operations)
    planned = [operation for bulk in bulks for operation in bulk.operations]
    assert sorted(map(id, planned)) == sorted(map(id, operations))
    assert all(one.type == bulk.type for bulk in bulks for one in bulk.operations)
    assert keeps_order(operations, planned)
    assert one_by_one(planned) == one_by_one(operations)
    assert all(a.type != b.type for a, b in pairwise(bulks))


def can_be_done(operations, types):
    """By brute force: whether bulks of these types, in this order, are enough."""
    left = list(operations)
    for type in types:
        kept = []
        for one in left:
            blocked = any(
                other.id == one.id and must_precede(other.type, one.type) for other in kept
            )
            if blocked or one.type != type:
                kept.append(one)
        left = kept
    return not left


@settings(reproducible, max_examples=examples(100))
@given(st.lists(some_operations, max_size=7))
def test_there_is_no_shorter_plan(operations):
    fewest = next(
        length
        for length in count()
        if any(can_be_done(operations, types) for types in product(TYPES, repeat=length))
    )
    assert len(plan(operations)) == fewest


def test_a_batch_that_is_too_tangled_for_the_search_is_planned_all_the_same():
    import random

    chance = random.Random(1)
    tangled = made(
        " ".join(chance.choice("sudv") + chance.choice("abcdefghij") for _ in range(400))
    )
    bulks = plan(tangled)
    planned = [operation for bulk in bulks for operation in bulk.operations]
    assert keeps_order(tangled, planned)
    assert len(bulks) < 120
