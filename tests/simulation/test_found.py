"""Traces that the simulator found, each a promise that was once broken."""

from __future__ import annotations

import pytest

from pyqueue.testing.simulator import replay

FOUND = {
    "a write that ends after its batch was halved stores only what is not there yet": [
        ("configure", {"max_batch_size": 5, "write_timeout": 1000, "max_retries": 1}),
        ("weather", ("late", 5.0), ("ok", 1.0), ("rejected", 200.0)),
        ("burst", 2, (150, 86, 106, 304, 100, 306, 107, 83, 82, 304, 504)),
        ("run", 5000),
    ],
    "what failed for no known reason while the store ailed is given up in the end": [
        ("open", {"breaker_threshold": 3}, "priority"),
        ("offer", 2, 105, "?"),
        ("calm",),
    ],
    "many of them at once too": [*[("offer", 1, 100, "?")] * 8, ("calm",)],
    "a batch that was stored although it failed is not stored again in halves": [
        ("open", {"max_batch_size": 2, "max_retries": 0}, "fifo"),
        ("offer", 2, 0),
        ("offer", 1, 0),
        ("weather", ("lost_error", 200.0)),
        ("run", 625),
    ],
    "what moves to another lane keeps its time to live": [
        ("open", {"time_to_live": 60}, "priority"),
        ("offer", 2, 0),
        ("reprioritize", 1, 0),
        ("run", 1_000),
    ],
    "what became critical does not expire": [
        ("open", {"time_to_live": 60}, "fifo"),
        ("offer", 2, 0),
        ("reprioritize", 1, 3),
        ("run", 1_250),
    ],
    "critical does not expire in fifo mode": [
        ("open", {"time_to_live": 60}, "fifo"),
        ("offer", 3, 0),
        ("run", 1_250),
    ],
    "critical does not expire in batch mode": [
        ("open", {"time_to_live": 60}, "batch"),
        ("offer", 3, 0),
        ("run", 1_250),
    ],
    "drained is told when the last one died": [("offer", 1, 0, "!"), ("run", 2_500)],
    "drained, and no pressure any more, is told when the last one expired": [
        ("open", {"time_to_live": 60, "max_queue_size": 1}, "fifo"),
        ("offer", 1, 0),
        ("sleep", 109),
        ("run", 0),
    ],
    "an outage kills nothing although fewer attempts are allowed than before": [
        ("offer", 1, 0),
        ("weather", ("error", 1.0)),
        ("run", 1_100),
        ("configure", {"max_retries": 0}),
        ("weather", ("down", 1.0)),
        ("run", 1_000),
        ("calm",),
    ],
}


@pytest.mark.parametrize("promise", FOUND)
def test_the_promise_is_kept(promise):
    replay(FOUND[promise])
