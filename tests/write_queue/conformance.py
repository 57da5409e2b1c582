"""What the write queue relies on in a store, as a suite to be inherited."""

from __future__ import annotations

import pytest

from pyqueue.write_queue import (
    BulkWrite,
    DeleteOperation,
    Entry,
    StoreOperation,
    UpdateOperation,
    VectorOperation,
    plan,
)


def write(*operations, session="s", last=None):
    """These in one batch. `last` is its place in the session; none is the one after all others."""
    write.counter += 100
    return BulkWrite(session, write.counter if last is None else last, tuple(plan(operations)))


write.counter = 0


def ids(matches):
    return [match.id for match in matches]


class OperationStoreConformance:
    """Inherit, and make a store that holds nothing yet."""

    def make_store(self):
        raise NotImplementedError

    async def test_gives_back_what_was_stored(self):
        store = self.make_store()
        await store.open()
        metadata = {"text": "naïve \U0001f40d \x00 \n", "deep": [{"a": None}], "n": 1.5, "b": True}
        await store.apply(write(StoreOperation("ä/1", "a\x00b \U0001f40d", ("x", ""), metadata)))
        found = await store.get("ä/1")
        missing = await store.get("b")
        await store.close()
        assert found == Entry("ä/1", "a\x00b \U0001f40d", ("x", ""), metadata)
        assert missing is None

    async def test_an_update_sets_what_it_names_and_nothing_else(self):
        store = self.make_store()
        await store.open()
        await store.apply(write(StoreOperation("a", "1", ("x",), {"n": 1})))
        await store.apply(write(UpdateOperation("a", {"content": ""})))
        first = await store.get("a")
        await store.apply(write(UpdateOperation("a", {"tags": (), "metadata": {"m": 2}})))
        second = await store.get("a")
        await store.close()
        assert first == Entry("a", "", ("x",), {"n": 1})
        assert second == Entry("a", "", (), {"m": 2})

    async def test_an_update_of_what_is_not_stored_has_no_effect(self):
        store = self.make_store()
        await store.open()
        await store.apply(write(UpdateOperation("a", {"content": "x"})))
        await store.apply(write(VectorOperation("b", [1.0])))
        await store.apply(write(UpdateOperation("b", {"content": "x"})))
        found = [await store.get(id) for id in "ab"]
        await store.close()
        assert found == [None, Entry("b", embedding=(1.0,), label=0)]

    async def test_a_vector_stands_beside_the_entry_and_a_delete_removes_both(self):
        store = self.make_store()
        await store.open()
        await store.apply(write(VectorOperation("a", [0.1, 2], 7), StoreOperation("a", "1")))
        both = await store.get("a")
        await store.apply(write(StoreOperation("a", "2"), VectorOperation("a", [3], -1)))
        newer = await store.get("a")
        await store.apply(write(DeleteOperation("a"), DeleteOperation("never")))
        gone, found = await store.get("a"), await store.search([3.0])
        await store.close()
        assert both == Entry("a", "1", embedding=(0.10000000149011612, 2.0), label=7)
        assert newer == Entry("a", "2", embedding=(3.0,), label=-1)
        assert gone is None
        assert found == []

    async def test_operations_of_one_batch_are_applied_in_order(self):
        store = self.make_store()
        await store.open()
        await store.apply(
            write(
                StoreOperation("a", "1"),
                StoreOperation("b", "1"),
                StoreOperation("a", "2"),
                UpdateOperation("a", {"tags": ("x",)}),
                DeleteOperation("b"),
                DeleteOperation("a"),
                StoreOperation("a", "3"),
                UpdateOperation("b", {"content": "lost"}),
            )
        )
        found = [await store.get(id) for id in "ab"]
        await store.close()
        assert found == [Entry("a", "3"), None]

    async def test_a_write_whose_answer_was_lost_is_not_applied_again(self):
        store = self.make_store()
        await store.open()
        first = write(StoreOperation("a", "1"))
        second = write(StoreOperation("a", "2"))
        await store.apply(first)
        await store.apply(second)
        await store.apply(first)
        await store.apply(write(StoreOperation("b", "1"), session="other", last=1))
        found = [await store.get(id) for id in "ab"]
        await store.close()
        assert found == [Entry("a", "2"), Entry("b", "1")]

    async def test_finds_by_cosine_the_best_first_and_equals_by_id(self):
        store = self.make_store()
        await store.open()
        vectors = {"b": [2, 0], "a": [1, 0], "c": [1, 1], "d": [0, 3], "e": [-1, 0]}
        vectors |= {"zero": [0, 0], "other": [1, 0, 0]}
        operations = [VectorOperation(id, v, n) for n, (id, v) in enumerate(vectors.items())]
        await store.apply(write(*operations))
        found = await store.search([5.0, 0.0])
        two = await store.search([5.0, 0.0], 2)
        nothing = [await store.search([5.0, 0.0], 0), await store.search([0, 0])]
        await store.close()
        assert [(match.id, match.label) for match in found] == [
            ("a", 1), ("b", 0), ("c", 2), ("d", 3), ("e", 4),
        ]  # fmt: skip
        assert [match.score for match in found] == pytest.approx([1, 1, 0.5**0.5, 0, -1])
        assert two == found[:2]
        assert nothing == [[], []]

    async def test_searches_many_vectors(self):
        store = self.make_store()
        await store.open()
        await store.apply(write(*(VectorOperation(f"{n:04}", [n, 600]) for n in range(600))))
        found = await store.search([599, 600], 3)
        await store.close()
        assert ids(found) == ["0599", "0598", "0597"]

    async def test_opens_again_after_it_was_closed(self):
        store = self.make_store()
        await store.open()
        lost = write(StoreOperation("a", "1"))
        await store.apply(lost)
        await store.apply(write(UpdateOperation("a", {"content": "2"})))
        await store.close()
        await store.open()
        await store.apply(lost)
        found = await store.get("a")
        await store.close()
        assert found == Entry("a", "2")

    @pytest.mark.parametrize(
        ("embedding", "k", "words"),
        [
            ([], 1, "'embedding' must hold"),
            ("x", 1, "'embedding' must be"),
            ([1, "x"], 1, r"'embedding\[1\]' must be a number, not 'x'"),
            ([float("nan")], 1, r"'embedding\[0\]' must be finite"),
            ([1], -1, "k must be at least 0, not -1"),
            ([1], "3", "k must be a whole number, not '3'"),
        ],
        ids=str,
    )
    async def test_a_search_that_makes_no_sense_is_named(self, embedding, k, words):
        store = self.make_store()
        await store.open()
        try:
            with pytest.raises((TypeError, ValueError), match=words):
                await store.search(embedding, k)
        finally:
            await store.close()
