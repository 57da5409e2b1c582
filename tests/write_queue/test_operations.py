"""Operations at the door: what they take, what they refuse, and what becomes of them as text."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given, settings

from pyqueue.write_queue import (
    DeleteOperation,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
)
from pyqueue.write_queue.operations import from_text, to_text
from tests.support import reproducible
from tests.write_queue.support import some_operations

circle: list = []
circle.append(circle)


@settings(reproducible)
@given(some_operations)
def test_an_operation_comes_back_from_text_as_it_went(operation):
    assert from_text(to_text(operation)) == operation


def nested(levels):
    return {"a": nested(levels - 1)} if levels > 1 else {}


@pytest.mark.parametrize(
    "made",
    [lambda x: StoreOperation("a", "", (), x), lambda x: UpdateOperation("a", {"metadata": x})],
    ids=["store", "update"],
)
def test_metadata_comes_back_as_it_went_or_is_refused_however_deep(made):
    for levels in range(28, 31):
        operation = made(nested(levels))
        assert from_text(to_text(operation)) == operation
    for levels in range(31, 35):
        with pytest.raises(ValueError, match="nested too deep"):
            made(nested(levels))


def test_an_embedding_is_kept_as_float32_in_four_bytes_a_number():
    operation = VectorOperation("a", array("d", [0.1, -1e-60, 3e38]))
    assert operation.embedding == (0.10000000149011612, -0.0, pytest.approx(3e38))
    long = VectorOperation("a", [0.123456789] * 768)
    assert len(to_text(long)) < 768 * 4 * 4 / 3 + 60


def test_what_the_caller_changes_later_does_not_reach_the_operation_s_tags():
    tags = ["x"]
    operation = StoreOperation("a", "", tags)
    tags.append("y")
    assert operation.tags == ("x",)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: StoreOperation("", "x"), ValueError, "'id' must not be empty"),
        (lambda: StoreOperation(3, "x"), TypeError, "'id' must be a string, not 3"),
        (lambda: DeleteOperation(None), TypeError, "'id' must be a string, not None"),
        (lambda: StoreOperation("a", b"x"), TypeError, "'content' must be a string"),
        (lambda: StoreOperation("a", "\ud800"), ValueError, "'content' holds a lone surrogate"),
        (lambda: StoreOperation("a", "x", "tag"), TypeError, "'tags' must be a list of strings"),
        (lambda: StoreOperation("a", "x", [1]), TypeError, r"'tags\[0\]' must be a string, not 1"),
        (lambda: StoreOperation("a", "x", (), []), TypeError, "'metadata' must be a mapping"),
        (
            lambda: StoreOperation("a", "x", (), {"n": [{"m": {1}}]}),
            TypeError,
            r"'metadata.n\[0\].m' can't be kept as JSON: \{1\}",
        ),
        (
            lambda: StoreOperation("a", "x", (), {"n": float("inf")}),
            ValueError,
            "'metadata.n' must be finite, not inf",
        ),
        (lambda: StoreOperation("a", "x", (), {1: 2}), TypeError, "key that is no string: 1"),
        (lambda: StoreOperation("a", "x", (), {"c": circle}), ValueError, "in a circle"),
        (lambda: StoreOperation("a", "x", (), {"c": 1 << 20_000}), ValueError, "20001 bits"),
        (lambda: UpdateOperation("a", None), TypeError, "'changes' must be a mapping, not None"),
        (lambda: UpdateOperation("a", {}), ValueError, "'changes' must change something"),
        (lambda: UpdateOperation("a", {"id": "b"}), ValueError, "'changes' can't set 'id'"),
        (lambda: UpdateOperation("a", {"content": 1}), TypeError, "'changes.content'"),
        (lambda: UpdateOperation("a", {"tags": None}), TypeError, "'changes.tags'"),
        (lambda: UpdateOperation("a", {"metadata": 1}), TypeError, "'changes.metadata'"),
        (lambda: VectorOperation("a", []), ValueError, "'embedding' must hold at least one"),
        (lambda: VectorOperation("a", 1.0), TypeError, "'embedding' must be a list of numbers"),
        (
            lambda: VectorOperation("a", "1"),
            TypeError,
            "'embedding' must be a list of numbers, not '1'",
        ),
        (lambda: VectorOperation("a", [1, None]), TypeError, r"'embedding\[1\]' .* not None"),
        (lambda: VectorOperation("a", [True]), TypeError, r"'embedding\[0\]' .* not True"),
        (lambda: VectorOperation("a", [1, float("nan")]), ValueError, r"\[1\]' must be finite"),
        (lambda: VectorOperation("a", [1e39]), ValueError, r"\[0\]' must be finite .* 1e\+39"),
        (lambda: VectorOperation("a", [10**400]), ValueError, r"'embedding\[0\]'"),
        (lambda: VectorOperation("a", [1], 1.5), TypeError, "'label' must be a whole number"),
        (lambda: VectorOperation("a", [1], 2**53), ValueError, "'label' must lie within"),
    ],
)
def test_a_mistake_is_named_with_its_field(make, kind, words):
    with pytest.raises(kind, match=words):
        make()
