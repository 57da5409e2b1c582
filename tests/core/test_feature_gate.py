"""The feature flag: the first place that names a queue decides."""

from __future__ import annotations

import pytest

from pyqueue.core.feature_gate import KINDS, choose_queue


@pytest.mark.parametrize("url", [None, *KINDS])
@pytest.mark.parametrize("storage", [None, *KINDS])
@pytest.mark.parametrize("config", KINDS)
def test_the_url_beats_the_storage_and_that_beats_the_config(url, storage, config):
    choice = choose_queue(config, url=url, storage=storage)
    assert choice.kind == (url or storage or config)
    assert choice.source == ("url" if url else "storage" if storage else "config")
    assert choice.ignored == ()


@pytest.mark.parametrize("word", ["", "FIFO", "off", "<script>"])
def test_a_visitor_can_not_break_the_page_with_an_unknown_word(word):
    choice = choose_queue("fifo", url=word, storage=word)
    assert (choice.kind, choice.source) == ("fifo", "config")
    assert choice.ignored == (
        f"url says {word!r}, which is none of priority, fifo, batch",
        f"storage says {word!r}, which is none of priority, fifo, batch",
    )


def test_what_is_asked_after_the_decision_is_not_reported():
    choice = choose_queue("priority", url="nonsense", storage="fifo")
    assert (choice.kind, choice.source, len(choice.ignored)) == ("fifo", "storage", 1)
