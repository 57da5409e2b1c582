"""What a page reads of a stream, call by call, is forgotten at the end or when it leaves."""

from __future__ import annotations

import pytest

from pyqueue import MemoryStore
from pyqueue.testing.conformance.making import ids, make_batch, make_trace
from tests.support import make_queue

pytestmark = pytest.mark.browser_only


async def nothing(archive):
    pass


async def begun(count):
    """Streams over so many rows, and how to call them."""
    from pyqueue.browser.streams import Streams

    store = MemoryStore()
    for seq in range(1, count + 1):
        await store.write(make_batch([make_trace(str(seq))], seq=seq))
    streams = Streams(lambda: make_queue(store), unpack=nothing)
    return streams, streams.methods


async def test_pages_are_numbers_apart():
    streams, call = await begun(2)
    first = await call["stream"]({"order": "asc"}, [], 1)
    second = await call["stream"]({"order": "desc"}, ['{"id":"w","name":"n","timestamp":9}'], 1)
    assert ids((await call["streamNext"](first))["traces"]) == []
    page = await call["streamNext"](first)
    assert page == {"traces": page["traces"], "progress": {"rowsRead": 2, "rows": 2}}
    seen = []
    while page := await call["streamNext"](second):
        seen += ids(page["traces"])
    assert seen == ["w", "2", "1"]
    assert "1 open" in repr(streams)


async def test_whoever_leaves_is_forgotten():
    streams, call = await begun(9)
    number = await call["stream"]({}, [], 2)
    await call["streamNext"](number)
    await call["streamEnd"](number)
    await call["streamEnd"](number)
    assert "0 open" in repr(streams)


async def test_a_wrong_condition_is_told_at_once():
    streams, call = await begun(1)
    with pytest.raises(TypeError, match=r"query: unknown condition 'naem'; use id, .*traceId"):
        await call["stream"]({"naem": "a"}, [], 2)
    with pytest.raises(TypeError, match=r"^query since must be a number, not 'noon'$"):
        await call["stream"]({"since": "noon"}, [], 2)
    assert "0 open" in repr(streams)
