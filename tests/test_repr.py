"""What one sees of our objects in a console or a log: short, and nothing of what users did."""

from __future__ import annotations

from pyqueue import QueueConfig
from pyqueue.encoding import encode
from pyqueue.errors import StoreRejected
from pyqueue.trace import QueuedTrace
from pyqueue.upkeep import RetentionPolicy
from tests.support import HIGH, FaultyStore, make_core, make_queue

SECRET = "what a user typed"


def trace(id):
    return {"name": "checkout.submit", "id": id, "attributes": {"text": SECRET}}


def test_options_show_what_is_not_the_default_as_the_call_that_makes_them():
    config = QueueConfig(max_batch_size=100, queue="fifo")
    assert repr(config) == "QueueConfig(max_batch_size=100, queue='fifo')"
    assert eval(repr(config)) == config
    assert repr(QueueConfig()) == "QueueConfig()"
    assert repr(RetentionPolicy(max_age=5)) == "RetentionPolicy(max_age=5)"


async def test_a_verdict_says_what_became_of_the_trace():
    async with make_queue(FaultyStore(), max_trace_bytes=200) as queue:
        assert repr(queue.enqueue(trace("a"))) == "<Verdict 'a' accepted>"
        large = queue.enqueue({"name": "a", "id": "b", "attributes": {"text": "x" * 200}})
        assert repr(large) == "<Verdict 'b' refused: too_large>"


async def test_metrics_show_the_law_and_how_the_queue_is():
    async with make_queue(FaultyStore()) as queue:
        queue.enqueue(trace("a"))
        await queue.flush()
        queue.enqueue(trace("b"))
        shown = repr(queue.metrics())
    assert "2 offered = 0 refused + 2 accepted (1 written, 1 queued)" in shown
    assert "pressure none, breaker closed" in shown


def test_what_is_on_its_way_shows_no_content():
    text = encode(trace("a"))
    core = make_core()
    core.offer(QueuedTrace("a", HIGH, 0.0, "", text, len(text), 0.0), 0.0)
    (item,) = core.held()
    batch = core.next_batch(5_000.0)
    assert repr(item) == f"<QueuedTrace 'a' 'checkout.submit', high, {len(text)} bytes>"
    assert repr(batch) == "<Batch 1: 1 traces in 1 rows>"
    assert repr(batch.rows[0]) == f"<Row s 1 to 1, high, {len(text) + 2} bytes of json>"


async def test_a_dead_letter_shows_why_it_died():
    store = FaultyStore()
    async with make_queue(store) as queue:
        store.fail_next(4, StoreRejected("poison"))
        queue.enqueue(trace("a"), "high")
        await queue.flush()
        (letter,) = queue.dead_letters
    shown = repr(letter)
    assert shown == "<DeadLetter 'a' high, retries after 4 attempts: StoreRejected: poison>"
